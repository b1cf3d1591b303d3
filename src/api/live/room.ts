import type { WebSocket } from "ws";

/**
 * Whether one more may come. When all places are taken, the oldest socket that speaks for nobody gives way, or one that is
 * closing: otherwise whoever opens sockets and says nothing, which takes no token, would keep everybody else out.
 */
export function makeRoom(
  sockets: ReadonlySet<WebSocket>,
  most: number,
  isKnown: (socket: WebSocket) => boolean,
): boolean {
  if (sockets.size < most) return true;
  for (const socket of sockets) {
    if (socket.readyState === socket.OPEN && isKnown(socket)) continue;
    socket.terminate();
    return true;
  }
  return false;
}

/**
 * Hears no more of who does not read, until what was answered is on its way: every ping is answered with what it brought,
 * so that memory would fill as fast as somebody sends. Who has not said who they are is let go at once.
 */
export function hearWhoReads(socket: WebSocket, isKnown: (socket: WebSocket) => boolean): void {
  const look = () => {
    if (socket.isPaused || socket.bufferedAmount < ROOM_BYTES) return;
    if (!isKnown(socket)) return socket.terminate();
    socket.pause(); // their pongs are not heard either: who stays away is let go like one who vanished
    const timer = setInterval(() => {
      if (socket.bufferedAmount >= ROOM_BYTES) return;
      clearInterval(timer);
      socket.resume();
    }, LOOK_MS);
    socket.once("close", () => clearInterval(timer));
  };
  socket.on("message", look);
  socket.on("ping", look);
}

/** So much may be on its way to a client before the next event, or the next message, waits. */
export const ROOM_BYTES = 64 * 1024;
const LOOK_MS = 50;
