/** What streets are named after, without the word for street. */
export const STREETS = {
  german:
    "Haupt,Bahnhof,Garten,Schul,Dorf,Berg,Birken,Linden,Kirch,Wald,Ring,Schiller,Goethe,Jahn,Mozart,Rosen,Wiesen".split(
      ",",
    ),
  french:
    "de la Paix,Victor Hugo,de la République,Pasteur,Jean Jaurès,du Moulin,des Lilas,de l'Église,Gambetta,Voltaire".split(
      ",",
    ),
  english:
    "High,Station,Church,Park,Victoria,Green,Manor,Kings,Queens,Mill,Albert,Grange,Springfield,Windsor,Alexander".split(
      ",",
    ),
  portuguese:
    "da Liberdade,25 de Abril,das Flores,do Comércio,Augusta,de São João,da Alegria,dos Pinheiros,Santo António".split(
      ",",
    ),
  dutch: "Dorps,Kerk,Molen,School,Beatrix,Wilhelmina,Juliana,Nieuw,Eiken,Beuken,Stations,Oranje".split(","),
  polish:
    "Polna,Leśna,Słoneczna,Krótka,Szkolna,Ogrodowa,Lipowa,Brzozowa,Łąkowa,Kwiatowa,Kościuszki,Mickiewicza".split(
      ",",
    ),
  turkish: "Atatürk,Cumhuriyet,İstiklal,Gazi,Fatih,Menekşe,Gül,Çamlık,Yıldız,Barış".split(","),
  greek: "Ερμού,Σταδίου,Πανεπιστημίου,Αθηνάς,Σόλωνος,Πατησίων,Βενιζέλου,Τσιμισκή".split(","),
  bulgarian: "Витоша,Раковски,Васил Левски,Христо Ботев,Иван Вазов,Цар Борис,Шипка,Опълченска".split(","),
};
