/**
 * Names that people use for one another, one family a line, in folded form. Weak evidence only: a Max may be a
 * Maximilian, a Maxim or just a Max. A name stands in one family, the one where it is most often at home.
 */
const FAMILIES = `
alexander alex sascha sasha lex xander aleksander alessandro alejandro
alexandra sandra alessandra alejandra
albert al bert alberto
andreas andre andi andy andrew drew andrea andrei andrzej
anna ann anne anni annie anja anka hanna hannah nancy ana
antonius anton toni tony anthony antonio antoine
barbara babs barb barbie basia
benjamin ben benny benji
bernhard bernd bernard bernie
catherine katharina katherine kathrin katrin kathryn kathy kate katie cathy kat karin catarina katarzyna kasia
charles karl carl charlie chuck carlos carlo karol
christian chris kris cristian
christina christine tina chrissy kristina kristin cristina
christopher christoph christophe kit cristobal krzysztof
daniel dan danny dani daniele
david dave davey dawid davide
dietrich dieter dirk
dorothea dorothee dora dorothy dot dolly
edward eduard ed eddie ted ned eduardo edouard
elisabeth elizabeth eliza liz lisa beth betty bettina lizzie liesel elsa else isabel elzbieta ela
emanuel emmanuel manuel manu manolo
emilia emily emma em milly
ferdinand fernando ferdi fernand
franz frank francis franciscus francisco paco francesco franco francois franciszek
franziska frances fran francesca francoise
friedrich fritz frederick frederic fred freddy frederik federico
gabriele gabriela gabi gaby gabrielle
georg george jorge jurgen jorg georges giorgio jerzy
gerhard gerd gerard gerardo
gregor gregory greg grzegorz
gunther gunter
guillaume gui
heinrich heinz henry harry hank henk hendrik henri enrique enrico henryk heiner
helena helene helen lena leni ellen elena
herbert herb
hubert bertie
ignatius ignacio nacho ignaz ignacy
jacob jakob jake jack jacques jacobo jaap
james jim jimmy jamie diego
johannes johann hans john johnny hannes jan juan jean giovanni ivan joao jon ian
johanna jana joanna hanne joan jane jeanne juana giovanna
jonathan jonny
josef joseph joe joey sepp jupp jose pepe giuseppe beppe
josefine josephine josie fina
joshua josh
julia julie juliane juliana
kenneth ken kenny
lawrence laurence larry lars lorenz laurent lorenzo
leonhard leonard leo len lenny leonardo
ludwig louis lewis lou luis luigi lutz ludwik
magdalena maddalena madeleine magda maggie
manfred manni fred
margarete margaret margarita maggy peggy meg greta gretel rita marguerite margit malgorzata
maria mary marie mia mimi molly maryam mariana marion
markus marcus mark marc marco marek marcos
martin marty martijn marcin
martina martine tini
matthias mathias matthew matt mats matteo mateo mateusz thijs
maximilian max maxim massimiliano
michael mike mick mickey michel michal miguel michele michiel mikhail misha
nathaniel nathan nat
nikolaus nicholas nicolas nick nico niko klaus claus nicola mikolaj
oliver ollie olli olivier
patricia pat patty trish tricia
patrick paddy patricio
paul pablo paulo pavel paolo pawel
peter pete petra pedro pietro pierre piotr pieter petros
philipp philip phil felipe filip philippe
raimund raymond ray ramon
rebecca rebekka becky becca
reinhard richard rick ricky dick rich ricardo riccardo
robert rob bob bobby robbie bert roberto rupert robin
roland rolando orlando
ronald ron ronnie reinhold
rudolf rudi rudy ralf rolf ralph
samuel sam sammy
samantha sami
sebastian basti seb bastian sebastien
siegfried sigi
sophie sofia sophia zofia sofie
stefan stephan steven stephen steve stefano etienne esteban szczepan
stefanie stephanie steffi stefania
susanne susan sue suzanne susanna susi zuzanna
theodor theodore theo
theresa therese teresa terri tess resi
thomas tom tommy tomas tomasz tommaso
timothy tim timo timotheus timmy
tobias toby tobi
ulrich uli
ursula uschi ulla
valentin val valentino
veronika veronica vera roni
victor viktor vic
victoria viktoria vicky vicki
vincent vince vinzenz vincenzo
walter walt wally gualtiero
wilhelm william bill billy will willi willy liam wim guillermo guglielmo willem
wolfgang wolf
yusuf youssef yousef
mohammed muhammad mohamed mehmet mohammad mo
ibrahim abraham abe
ekaterina katya
dmitri dimitri dima dmitry dimitris
sergei sergej sergio serge
vladimir vova volodymyr
georgios giorgos
konstantin kostas konstantinos costa
ευαγγελος βαγγελης
γεωργιος γιωργος
δημητριος δημητρης
ιωαννης γιαννης
κωνσταντινος κωστας
александр саша
александра саня
алексеи леша алеша
анастасия настя
анна аня
владимир вова володя
дмитрии дима митя
евгении женя
екатерина катя
елена лена
иван ваня
мария маша
михаил миша
наталья наташа
николаи коля
ольга оля
павел паша
сергеи сережа
татьяна таня
`;

const FAMILY_OF: ReadonlyMap<string, string> = new Map(
  FAMILIES.trim()
    .split("\n")
    .toReversed() // of a name in two families the first counts
    .flatMap((line) => {
      const [root = "", ...others] = line.split(" ");
      return [root, ...others].map((name) => [name, root] as const);
    }),
);

/** The name that stands for the family of a folded first name: `bob` and `rob` are both `robert`. Itself when alone. */
export function rootOfName(name: string): string {
  return FAMILY_OF.get(name) ?? name;
}
