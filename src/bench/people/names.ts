/** First and last names of a language, the frequent ones first; accents and scripts as people write them. */
export type Names = { first: readonly string[]; last: readonly string[]; endings: readonly string[] };

const words = (text: string): string[] => text.trim().split(/[\n,]\s*/);

export const NAMES = {
  german: {
    first:
      words(`Thomas, Michael, Andreas, Anna, Julia, Stefan, Sabine, Christian, Claudia, Martin, Susanne, Peter, Petra
      Markus, Monika, Daniel, Katharina, Alexander, Birgit, Jürgen, Ursula, Frank, Karin, Matthias, Heike, Wolfgang, Sarah
      Klaus, Nicole, Bernd, Melanie, Jens, Jörg, Günther, Renate, Sebastian, Lena, Florian, Ingrid, Björn, Käthe, Ulrike
      Felix, Johanna, Dieter, Gisela, Lukas, Franziska, Tobias, Marlene, Ralf, Annegret, Hans-Peter, Karl-Heinz, Anna-Lena`),
    last: words(`Müller, Schmidt, Schneider, Fischer, Weber, Meyer, Wagner, Becker, Schulz, Hoffmann, Schäfer, Koch, Bauer
      Richter, Klein, Wolf, Schröder, Neumann, Schwarz, Zimmermann, Braun, Krüger, Hofmann, Hartmann, Lange, Schmitt, Werner
      Krause, Meier, Lehmann, Schmid, Schulze, Maier, Köhler, Herrmann, König, Walter, Mayer, Huber, Kaiser, Fuchs, Peters
      Lang, Scholz, Möller, Weiß, Jung, Hahn, Schubert, Vogel, Friedrich, Keller, Günther, Frank, Berger, Winkler, Roth
      von Bergen, Meyer-Lüdenscheidt, Groß, Böhm, Seidel`),
    endings: words("mann, er, inger, bach, dorf, stein, hardt, meier, el, kamp"),
  },
  french: {
    first:
      words(`Marie, Jean, Pierre, Michel, Nathalie, Isabelle, Philippe, Sylvie, Catherine, Alain, Françoise, Nicolas
      Christophe, Céline, Stéphane, Sandrine, Julien, Aurélie, Thierry, Valérie, François, Laurent, Élodie, Hélène, Chloé
      Mathieu, Jean-Pierre, Marie-Claire, Benoît, Amélie, Jérôme, Zoé, Gérard, Brigitte, Loïc, Anaïs, Thibault, Océane`),
    last: words(`Martin, Bernard, Thomas, Petit, Robert, Richard, Durand, Dubois, Moreau, Laurent, Simon, Michel, Lefebvre
      Leroy, Roux, David, Bertrand, Morel, Fournier, Girard, Bonnet, Dupont, Lambert, Fontaine, Rousseau, Vincent, Muller
      Lefèvre, Faure, Mercier, Blanc, Guérin, Boyer, Garnier, Chevalier, François, Legrand, Gauthier, Perrin, Clément
      de La Fontaine, Le Gall, d'Angelo, Dupré, Noël, Besançon, Père, Hamon`),
    endings: words("ier, eau, ard, in, ot, elle, ois, ac, et, aud"),
  },
  english: {
    first:
      words(`James, Mary, John, Patricia, Robert, Jennifer, Michael, Linda, William, Elizabeth, David, Barbara, Richard
      Susan, Joseph, Jessica, Thomas, Sarah, Charles, Karen, Christopher, Nancy, Daniel, Lisa, Matthew, Margaret, Anthony
      Betty, Mark, Sandra, Donald, Ashley, Steven, Kimberly, Paul, Emily, Andrew, Donna, Joshua, Michelle, Kenneth, Carol
      Kevin, Amanda, Brian, Melissa, George, Deborah, Edward, Stephanie, Ronald, Rebecca, Timothy, Laura, Jason, Helen
      Jack, Olivia, Harry, Amelia, Oliver, Isla, Rhys, Siobhán, Niamh, Declan, Aisha, Mohammed`),
    last: words(`Smith, Jones, Williams, Taylor, Brown, Davies, Evans, Wilson, Thomas, Johnson, Roberts, Robinson, Thompson
      Wright, Walker, White, Edwards, Hughes, Green, Hall, Lewis, Harris, Clarke, Patel, Jackson, Wood, Turner, Martin
      Cooper, Hill, Ward, Morris, Moore, Clark, Lee, King, Baker, Harrison, Morgan, Allen, James, Scott, Phillips, Watson
      Davis, Parker, Price, Bennett, Young, Griffiths, Mitchell, Kelly, Cook, Carter, Richardson, Bailey, Collins, Bell
      Shaw, Murphy, Miller, Cox, Richards, Khan, Marshall, Anderson, Simpson, Ellis, Adams, Singh, Begum, Wilkinson
      O'Brien, MacDonald, McCarthy, Fitzgerald, Hussain, Stephenson, Reid`),
    endings: words("ton, son, ley, worth, field, ham, well, wick, by, shaw"),
  },
  portuguese: {
    first:
      words(`Maria, José, Ana, João, António, Paulo, Carla, Carlos, Sandra, Luís, Marta, Pedro, Inês, Miguel, Sofia
      Rui, Teresa, Ricardo, Fernanda, Tiago, Beatriz, Bruno, Patrícia, Gonçalo, Mónica, André, Cátia, Vítor, Lúcia, Fábio
      Ana Paula, João Pedro, Conceição, Raimundo, Thiago, Letícia, Natália, Otávio`),
    last: words(`Silva, Santos, Ferreira, Pereira, Oliveira, Costa, Rodrigues, Martins, Jesus, Sousa, Fernandes, Gonçalves
      Gomes, Lopes, Marques, Alves, Almeida, Ribeiro, Pinto, Carvalho, Teixeira, Moreira, Correia, Mendes, Nunes, Soares
      Vieira, Monteiro, Cardoso, Rocha, Neves, Coelho, Cruz, Cunha, Pires, Ramos, Reis, Simões, da Silva, dos Santos
      de Souza, Araújo, Barbosa`),
    endings: words("eira, eiro, ães, ado, edo, elho, inho, osa, al, ões"),
  },
  dutch: {
    first:
      words(`Jan, Johannes, Maria, Anna, Pieter, Cornelis, Willem, Hendrik, Sanne, Daan, Emma, Sem, Lotte, Bram, Femke
      Jeroen, Marloes, Sjoerd, Anouk, Thijs, Wouter, Fleur, Joost, Maaike, Ruben, Iris, Gijs, Roos, Floor, Stijn`),
    last: words(`de Jong, Jansen, de Vries, van den Berg, Bakker, van Dijk, Visser, Janssen, Smit, Meijer, de Boer, Mulder
      de Groot, Bos, Vos, Peters, Hendriks, van Leeuwen, Dekker, Brouwer, de Wit, Dijkstra, Smits, de Graaf, van der Meer
      van der Linden, Kok, Jacobs, de Haan, Vermeulen, van den Heuvel, van der Veen, van den Broek, Schouten, Hoekstra
      Prins, Huisman, Kuipers, Postma`),
    endings: words("stra, ink, ma, mans, huis, veld, hoven, sen, ings, boer"),
  },
  polish: {
    first:
      words(`Anna, Piotr, Maria, Krzysztof, Katarzyna, Andrzej, Małgorzata, Tomasz, Agnieszka, Paweł, Barbara, Jan, Ewa
      Michał, Krystyna, Marcin, Elżbieta, Jakub, Zofia, Adam, Teresa, Łukasz, Magdalena, Grzegorz, Monika, Wojciech, Joanna
      Zbigniew, Żaneta, Świętosława`),
    last: words(`Nowak, Kowalski, Wiśniewski, Wójcik, Kowalczyk, Kamiński, Lewandowski, Zieliński, Szymański, Woźniak
      Dąbrowski, Kozłowski, Jankowski, Mazur, Wojciechowski, Kwiatkowski, Krawczyk, Kaczmarek, Piotrowski, Grabowski
      Zając, Pawłowski, Michalski, Król, Wieczorek, Jabłoński, Wróbel, Nowakowski, Majewski, Olszewski, Stępień, Malinowski
      Jaworski, Adamczyk, Dudek, Nowicki, Pawlak, Górski, Witkowski, Walczak`),
    endings: words("owski, ewicz, czyk, iak, ek, icki, ński, orz, ała, as"),
  },
  turkish: {
    first:
      words(`Mehmet, Fatma, Mustafa, Ayşe, Ahmet, Emine, Ali, Hatice, Hüseyin, Zeynep, Hasan, Elif, İbrahim, Meryem
      Osman, Şerife, Yusuf, Sultan, Murat, Zehra, Ömer, Hanife, Ramazan, Merve, Halil, Özlem, Emre, Büşra, Çağlar, Gülay`),
    last: words(`Yılmaz, Kaya, Demir, Çelik, Şahin, Yıldız, Yıldırım, Öztürk, Aydın, Özdemir, Arslan, Doğan, Kılıç, Aslan
      Çetin, Kara, Koç, Kurt, Özkan, Şimşek, Polat, Korkmaz, Çakır, Erdoğan, Yavuz, Can, Acar, Şen, Aktaş, Güneş`),
    endings: words("oğlu, er, türk, kaya, can, soy, taş, han, lı, maz"),
  },
  greek: {
    first:
      words(`Γιώργος, Μαρία, Δημήτρης, Ελένη, Κωνσταντίνος, Αικατερίνη, Ιωάννης, Βασιλική, Νικόλαος, Σοφία, Χρήστος
      Αγγελική, Παναγιώτης, Γεωργία, Βασίλειος, Δήμητρα, Αθανάσιος, Αναστασία, Μιχαήλ, Ιωάννα`),
    last: words(`Παπαδόπουλος, Βλάχος, Παπαδάκης, Οικονόμου, Γεωργίου, Νικολαΐδης, Δημητρίου, Ιωάννου, Παππάς, Μακρής
      Κωνσταντίνου, Αντωνίου, Χατζής, Σαββίδης, Αγγελόπουλος, Καραγιάννης, Αλεξίου, Μιχαηλίδης, Βασιλείου, Λάμπρου`),
    endings: words("όπουλος, ίδης, άκης, έας, ούδης"),
  },
  bulgarian: {
    first:
      words(`Георги, Мария, Иван, Елена, Димитър, Иванка, Николай, Йорданка, Петър, Пенка, Христо, Марийка, Александър
      Росица, Стефан, Виктория, Йордан, Габриела, Васил, Десислава`),
    last: words(`Иванов, Георгиев, Димитров, Петров, Николов, Христов, Стоянов, Тодоров, Илиев, Василев, Атанасов, Петков
      Ангелов, Колев, Йорданов, Маринов, Стефанов, Попов, Михайлов, Кръстев`),
    endings: words("ев, ов, ски, чев, ков"),
  },
} as const satisfies Record<string, Names>;

export type Language = keyof typeof NAMES;

/** What people are called by those who know them. */
export const NICKNAMES: Record<string, readonly string[]> = {
  William: ["Bill", "Will", "Billy"],
  Elizabeth: ["Liz", "Beth", "Betty"],
  Robert: ["Bob", "Rob", "Bobby"],
  Richard: ["Dick", "Rick"],
  Margaret: ["Peggy", "Maggie"],
  James: ["Jim", "Jimmy"],
  Michael: ["Mike", "Micha"],
  Christopher: ["Chris", "Kit"],
  Katharina: ["Kathi", "Käthe"],
  Alexander: ["Alex", "Sascha"],
  Johannes: ["Hannes", "Hans"],
  Franziska: ["Franzi"],
  Sebastian: ["Basti"],
  Jennifer: ["Jenny"],
  Patricia: ["Pat", "Trish"],
  Thomas: ["Tom", "Tommy"],
  Daniel: ["Dan", "Danny"],
  Susanne: ["Susi"],
  Françoise: ["Fanfan"],
  José: ["Zé"],
  Francisco: ["Chico"],
  Cornelis: ["Kees"],
  Hendrik: ["Henk"],
  Małgorzata: ["Gosia"],
  Katarzyna: ["Kasia"],
  Agnieszka: ["Aga"],
  Γιώργος: ["Γεώργιος"],
  Κωνσταντίνος: ["Κώστας"],
  Δημήτρης: ["Μήτσος"],
  Димитър: ["Митко"],
  Александър: ["Сашо"],
};
