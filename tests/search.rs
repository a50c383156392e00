//! The golden questions of `index/queries.toml`: what practitioners type, and the pages that answer.

use std::{fmt::Write, path::Path};

use vademecum::{
    Memories, build, disk,
    front::{self, Notation, Value},
    search::{self, Ask, index::Searcher},
    site::Scope,
    tree::{Tree, TreePath},
};

#[derive(Clone)]
struct Question {
    lang: String,
    question: String,
    expect: Vec<String>,
}

fn example() -> Tree {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    disk::read_source(root, &root.join("public")).unwrap().tree
}

fn searchers() -> (Tree, Vec<Searcher>) {
    let source = example();
    let built = build(&source, &mut Memories::none(), Scope::default());
    let digest = search::digest(&source);
    let searchers = built
        .collections
        .iter()
        .map(|collection| search::index::build(collection.clone(), digest).unwrap().1)
        .collect();
    (source, searchers)
}

fn questions(text: &str) -> Vec<Question> {
    let Value::Table(table) = front::read(Notation::Toml, text, 0..text.len()).unwrap().value()
    else {
        panic!("a table");
    };
    let Some(Value::List(queries)) = table.get("query") else { panic!("queries") };
    queries
        .iter()
        .map(|query| {
            let Value::Table(query) = query else { panic!("a table") };
            let Value::List(expect) = &query["expect"] else { panic!("a list") };
            Question {
                lang: query["lang"].as_text().unwrap().to_owned(),
                question: query["question"].as_text().unwrap().to_owned(),
                expect: expect.iter().map(|page| page.as_text().unwrap().to_owned()).collect(),
            }
        })
        .collect()
}

/// Counts the questions whose page comes first, and among the first five; lists the others.
fn ask_all(searchers: &[Searcher], questions: &[Question]) -> (usize, usize, String) {
    let (mut first, mut in_five, mut report) = (0, 0, String::new());
    for question in questions {
        let searcher = searchers.iter().find(|searcher| searcher.lang == question.lang).unwrap();
        let found = searcher.search(&Ask::of(&question.question)).unwrap();
        let expected = |url: &str| {
            let page = url.split('#').next().unwrap();
            let mut paths = question.expect.iter();
            paths.any(|path| page == format!("{}/{path}/index.html", question.lang))
        };
        let rank = found.hits.iter().position(|hit| expected(&hit.url));
        first += usize::from(rank == Some(0));
        in_five += usize::from(rank.is_some_and(|rank| rank < 5));
        if rank != Some(0) {
            let _ = writeln!(report, "{rank:?}: {}", question.question);
        }
    }
    println!("{first} first, {in_five} in the first five, of {}", questions.len());
    (first, in_five, report)
}

/// How many of a language's questions have their page first, and among the first five, at least. What
/// is asked for is 9 of 10 among the first five.
const GOLDEN: [(&str, usize, usize); 6] = [
    ("en", 15, 19),
    ("fr", 18, 19),
    ("es", 18, 18),
    ("ar", 18, 19),
    ("ru", 16, 18),
    ("zh", 15, 19),
];

#[test]
fn golden_questions_find_their_pages() {
    let (source, searchers) = searchers();
    let questions = questions(source.text(&TreePath::of("index/queries.toml")).unwrap());
    for (lang, least_first, least_in_five) in GOLDEN {
        let of_lang: Vec<Question> =
            questions.iter().filter(|question| question.lang == lang).cloned().collect();
        assert_eq!(of_lang.len(), 20, "{lang}");
        let (first, in_five, report) = ask_all(&searchers, &of_lang);
        assert!(first >= least_first, "{lang}: {first} first\n{report}");
        assert!(in_five >= least_in_five, "{lang}: {in_five} in the first five\n{report}");
    }
}

/// Questions in six languages that nothing was chosen with the help of: they tell how a new question
/// fares. The bounds are what was measured.
#[test]
fn fresh_questions_in_six_languages_fare_no_worse() {
    let (_, searchers) = searchers();
    let files = [
        (include_str!("fresh-six.toml"), 72, 54, 71),
        (include_str!("unseen-six.toml"), 60, 47, 57),
        // These were looked at while the search was made.
        (include_str!("tuning-six.toml"), 210, 174, 199),
    ];
    for (text, count, least_first, least_in_five) in files {
        let fresh = questions(text);
        assert_eq!(fresh.len(), count);
        let (first, in_five, report) = ask_all(&searchers, &fresh);
        assert!(first >= least_first, "{first} first\n{report}");
        assert!(in_five >= least_in_five, "{in_five} in the first five\n{report}");
        // In each language 9 of 10.
        for Searcher { lang, .. } in &searchers {
            let of_lang: Vec<Question> =
                fresh.iter().filter(|question| question.lang == *lang).cloned().collect();
            let (_, in_five, report) = ask_all(&searchers, &of_lang);
            assert!(in_five * 10 >= of_lang.len() * 9, "{lang}: {in_five}\n{report}");
        }
    }
}

#[test]
fn a_word_that_everybody_uses_is_no_mistake() {
    let (_, searchers) = searchers();
    let fr = searchers.iter().find(|searcher| searcher.lang == "fr").unwrap();
    // No page says « suis », and some say « surs ».
    let corrected = |text: &str| fr.search(&Ask::of(text)).unwrap().corrected;
    assert_eq!(corrected("je suis réfugiée"), None);
    assert!(corrected("je cherche un centre de formatoin").unwrap().ends_with("formation"));
}

#[test]
fn names_are_understood_in_the_forms_that_people_type() {
    let (_, searchers) = searchers();
    let concepts = |lang: &str, text: &str| -> Vec<String> {
        let searcher = searchers.iter().find(|searcher| searcher.lang == lang).unwrap();
        let found = searcher.search(&Ask::of(text)).unwrap();
        found.concepts.into_iter().map(|concept| concept.id).collect()
    };
    for (lang, question, wanted) in [
        // In a case of which the stemmer makes another word.
        ("ru", "школы в Непале", "NP"),
        ("ru", "помощь женщинам в Египте", "EG"),
        ("ru", "законы в Казахстане", "KZ"),
        // Behind a particle, and with a lam of its own behind an article.
        ("ar", "العمل بكندا", "CA"),
        ("ar", "العمل بايطاليا", "IT"),
        ("ar", "خدمات للاجئين", "refugee"),
        // In a word that is corrected.
        ("ru", "тайланд", "TH"),
        ("es", "pensiones", "social-protection"),
        // In a form that only a longer name has, and no page.
        ("fr", "pensions", "social-security-portability"),
        // Of a name that holds another one.
        ("en", "what is done without detaining migrants", "alternatives-to-detention"),
        ("fr", "que faire sans détenir les migrants", "alternatives-to-detention"),
        ("es", "sin detener a los migrantes", "alternatives-to-detention"),
        ("ar", "بدون احتجاز المهاجرين", "alternatives-to-detention"),
        ("ru", "без задержания мигрантов", "alternatives-to-detention"),
        ("zh", "不关押移民的办法", "alternatives-to-detention"),
        ("zh", "不把移民关起来还有什么办法", "alternatives-to-detention"),
    ] {
        let found = concepts(lang, question);
        assert!(found.iter().any(|id| id == wanted), "{question}: {found:?}");
    }
    for (lang, question, unwanted) in [
        ("fr", "je suis mal payé", "ML"),
        ("fr", "pays de départ", "non-refoulement"),
        ("ar", "العمل بايطاليا", "GB"),
    ] {
        let found = concepts(lang, question);
        assert!(found.iter().all(|id| id != unwanted), "{question}: {found:?}");
    }
}

#[test]
fn a_word_of_a_name_is_no_mistake() {
    let (_, searchers) = searchers();
    let ask = |lang: &str, text: &str, insist: bool| {
        let searcher = searchers.iter().find(|searcher| searcher.lang == lang).unwrap();
        searcher.search(&Ask { insist, ..Ask::of(text) }).unwrap()
    };
    for (lang, question, wanted) in [
        // Both words name the same.
        ("ar", "معاش التقاعد", "ar/objectives/22/"),
        ("ar", "راتب التقاعد", "ar/objectives/22/"),
        // A word of a name of several.
        ("en", "portable pensions", "en/guidance/un-institutional-statement-social-protection/"),
        ("fr", "pensions", "fr/guidance/un-institutional-statement-social-protection/"),
        ("ru", "пенсию", "ru/objectives/22/"),
    ] {
        let found = ask(lang, question, false);
        assert_eq!(found.corrected, None, "{question}");
        assert!(found.hits.iter().any(|hit| hit.url.starts_with(wanted)), "{question}");
        // Nor is it searched as a correction, so insisting finds the same.
        assert_eq!(ask(lang, question, true).total, found.total, "{question}");
    }
    // Beside one, others are corrected.
    let corrected = ask("ru", "пенсию из тайланда", false).corrected;
    assert_eq!(corrected.as_deref(), Some("пенсию из таиланда"));
}

#[test]
fn a_small_site_knows_the_endings_of_its_language() {
    let found = |lang: &str, page: &str, question: &str| {
        let pages = [(page, ""), ("…", ""), ("…", "")];
        let searcher = small(lang, "id\tname\n", pages);
        searcher.search(&Ask { insist: true, ..Ask::of(question) }).unwrap().total
    };
    for (lang, page, question) in [
        ("en", "People returning home", "who returned"),
        ("fr", "Ils vérifiaient tout", "vérifier"),
        ("es", "Lo verificaban", "verificar"),
        ("ru", "Права беженцев", "беженцами"),
        ("ar", "صيانة المركبات", "مركبة"),
    ] {
        assert_eq!(found(lang, page, question), 1, "{lang}");
    }
}

#[test]
fn words_under_which_people_look_for_a_record_find_it_in_their_language() {
    let mut source = Tree::default();
    let mut add = |path: &str, text: &str| {
        source.insert(TreePath::of(path), vademecum::tree::Blob::new(text.as_bytes().to_vec()));
    };
    add(
        "content/site.toml",
        "title = 'S'\nlanguages = ['en', 'es']\n[fields.searched_as]\ntype = 'texts'\nshow = 'no'\n\
         [types.note]\nfolder = 'notes'\nfields = ['searched_as']\n",
    );
    add("content/en/notes/a.md", "---\ntitle: Bail\nsearched_as: [locked up]\n---\nProse.\n");
    add("content/en/notes/b.md", "---\ntitle: Other\n---\nProse.\n");
    add(
        "content/es/notes/a.md",
        "---\ntitle: Fianza\nabstract: true\nsearched_as: [encerrados]\n---\n",
    );
    let built = build(&source, &mut Memories::none(), Scope::default());
    assert!(built.diags.is_empty(), "{:?}", built.diags);
    let titles = |lang: &str, question: &str| -> Vec<String> {
        let collection = built.collections.iter().find(|one| one.lang == lang).unwrap();
        let searcher = search::index::build(collection.clone(), search::digest(&source)).unwrap().1;
        let found = searcher.search(&Ask { insist: true, ..Ask::of(question) }).unwrap();
        found.hits.into_iter().map(|hit| hit.title).collect()
    };
    assert_eq!(titles("en", "who gets locked"), ["Bail"]);
    assert_eq!(titles("es", "encerrado"), ["Fianza"]);
    // The words of the abstract stand in for those of the record, and nobody reads either.
    assert!(titles("es", "locked").is_empty());
    for page in ["en/notes/a", "es/notes/a"] {
        let html = built.output.text(&TreePath::of(&format!("{page}/index.html"))).unwrap();
        assert!(!html.contains("locked") && !html.contains("encerrados"), "{page}");
    }
}

/// A site of three pages in a language, and a vocabulary whose names are understood.
fn small(lang: &str, table: &str, pages: [(&str, &str); 3]) -> Searcher {
    let config = format!(
        "title = \"Small\"\nlanguages = [\"{lang}\"]\n\n[vocabularies.places]\n\
         noun = \"place\"\nunderstood = true\n\n[fields.places]\ntype = \"terms\"\n\n\
         [types.note]\nfields = [\"places\"]\n"
    );
    let mut source = Tree::default();
    let mut add = |path: &str, text: String| {
        source.insert(TreePath::of(path), vademecum::tree::Blob::new(text.into_bytes()));
    };
    add("content/site.toml", config);
    add("content/vocabularies/places.tsv", table.to_owned());
    for (number, (title, places)) in pages.into_iter().enumerate() {
        let page =
            format!("---\ntype: note\ntitle: \"{title}\"\nplaces: [{places}]\n---\n\n{title}\n");
        add(&format!("content/{lang}/p{number}.md"), page);
    }
    let built = build(&source, &mut Memories::none(), Scope::default());
    assert!(built.diags.is_empty(), "{:?}", built.diags);
    search::index::build(built.collections[0].clone(), search::digest(&source)).unwrap().1
}

#[test]
fn a_name_is_understood_where_a_word_stands_twice() {
    let table = "id\tname_fr\nt\tTitre de séjour\nv\tVisa\n";
    let pages = [("Un", "t"), ("Deux", "v"), ("Trois", "")];
    let searcher = small("fr", table, pages);
    let found = searcher.search(&Ask::of("demande de titre de séjour")).unwrap();
    assert_eq!(found.concepts.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["t"]);
    assert_eq!(found.hits[0].title, "Un");
}

#[test]
fn a_name_that_means_something_else_is_not_understood() {
    let table = "id\tname_es\talt_es\tnot_es\nr\tReunión\tLa Reunión\tReunión\n";
    let searcher = small("es", table, [("Uno", "r"), ("Otra reunión", ""), ("Tres", "")]);
    let concepts = |text: &str| searcher.search(&Ask::of(text)).unwrap().concepts.len();
    assert_eq!((concepts("reunión de ministros"), concepts("la reunión")), (0, 1));
}

#[test]
fn a_long_name_in_chinese_is_one_word() {
    // Five pairs of characters in one name do not outweigh two short names.
    let table = "id\tname_zh\nt\t泰国\nw\t移徙工人权利\nc\t儿童\n";
    let pages = [("甲", "w"), ("乙", "t, c"), ("丙", "")];
    let searcher = small("zh", table, pages);
    let found = searcher.search(&Ask::of("泰国移徙工人权利儿童")).unwrap();
    let ids: Vec<&str> = found.concepts.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids.len(), 3, "{ids:?}");
    assert_eq!(found.hits[0].title, "乙");
}

/// What was measured when the questions were written, before anything was chosen with their help.
/// Since then the weights of the example and what a concept's other names count were chosen while
/// this was looked at, so it guards against getting worse and no longer tells how new ones fare.
#[test]
fn fresh_questions_fare_no_worse_than_when_they_were_written() {
    let (_, searchers) = searchers();
    let (first, in_five, report) =
        ask_all(&searchers, &questions(include_str!("fresh-questions.toml")));
    assert!(first >= 14, "{first} first\n{report}");
    assert!(in_five >= 21, "{in_five} in the first five\n{report}");
}

#[test]
fn what_a_query_says_is_obeyed() {
    let (_, searchers) = searchers();
    let en = searchers.iter().find(|searcher| searcher.lang == "en").unwrap();
    let ask = |text: &str| en.search(&Ask { limit: 500, ..Ask::of(text) }).unwrap();
    let urls = |text: &str| -> Vec<String> {
        ask(text)
            .hits
            .into_iter()
            .map(|hit| hit.url.split('#').next().unwrap().to_owned())
            .collect()
    };
    // A filter keeps the pages of a country, and its count is exact.
    let thai = ask("migrants country:TH");
    assert!(thai.total > 0);
    assert!(thai.hits.iter().all(|hit| hit.facets["country"].contains(&"TH".to_owned())));
    assert_eq!(ask("migrants").facets["country"]["TH"], thai.total);
    // A value may be named, in quotes where its name has several words.
    assert_eq!(ask("migrants country:thailand").total, thai.total);
    let lanka = ask("country:\"Sri Lanka\"").total;
    assert!(lanka > 0 && lanka == ask("country:LK").total);
    // What is left out leaves all others.
    let all = ask("").total;
    let detention = ask("detention").total;
    let others = ask("-detention").total;
    assert!(others > all / 2 && others < all && detention > 0, "{others} of {all}");
    // Of a phrase that is left out, the words may stay.
    let (words, phrase) = (ask("peer learning").total, ask("\"peer learning\"").total);
    assert_eq!(ask("peer learning -\"peer learning\"").total, words - phrase);
    assert!(ask("-\"peer learning\"").total > all / 2);
    // A word that everybody uses is short for nothing; a page whose name is the query comes first.
    let es = searchers.iter().find(|searcher| searcher.lang == "es").unwrap();
    let concepts = es.search(&Ask::of("que hacer con los menores")).unwrap().concepts;
    assert!(concepts.iter().all(|concept| concept.id != "lgbti-migrant"), "{concepts:?}");
    let name = "office of the united nations high commissioner for human rights";
    assert_eq!(urls(name)[0], "en/organisations/ohchr/index.html");
    assert!(urls("IGAD")[..3].contains(&"en/organisations/igad/index.html".to_owned()));
    // A word after a minus is on no page; a phrase on every one.
    let without = urls("returns -forced");
    assert!(urls("forced").iter().all(|url| !without.contains(url)));
    assert!(ask("\"peer learning\"").total < ask("peer learning").total);
    // Of a phrase that no page holds, the words are searched, unless one insists.
    let turned = ask("\"learning peer\"");
    assert_eq!(turned.corrected.as_deref(), Some("learning peer"));
    assert_eq!(turned.total, ask("learning peer").total);
    let strict = Ask { insist: true, ..Ask::of("\"learning peer\"") };
    assert_eq!(en.search(&strict).unwrap().total, 0);
    assert!(ask("\"qqxx zzyy\"").corrected.is_none());
    // An accent more or less, and the other form of a word, find the same pages.
    assert_eq!(urls("Équateur detention").len(), urls("equateur detention").len());
    // A word that the site does not hold is corrected, and the reader is told.
    assert_eq!(ask("pasport").corrected.as_deref(), Some("passport"));
    assert!(ask("passport").corrected.is_none());
    // A country in another language, and an acronym that no record contains.
    assert!(urls("Thaïlande")[0].contains("thailand") || urls("Thaïlande")[0].contains("/th"));
    let sorted = |text: &str| {
        let mut urls = urls(text);
        urls.sort();
        urls
    };
    assert_eq!(sorted("Thaïlande"), sorted("Thailand"));
    assert!(ask("AVRR").total > 0);
    // Nothing found is an answer.
    assert_eq!(ask("xqzwv").total, 0);
    // The section that answers is named.
    assert!(ask("moratoria detention").hits[0].url.contains("detention-moratoria"));
    assert!(ask("detention").hits[0].excerpt.contains("<mark>"));
}

#[test]
fn strange_queries_find_something_or_nothing() {
    let (_, searchers) = searchers();
    for searcher in &searchers {
        for text in [
            "",
            " ",
            "-",
            "\"",
            "\"\"",
            "a",
            "é",
            "country:",
            "country:XX",
            "-a -b",
            "𝕏",
            "\u{0}",
            "%",
            "移民",
        ] {
            searcher.search(&Ask::of(text)).unwrap();
        }
        searcher.search(&Ask::of(&"word ".repeat(5_000))).unwrap();
    }
}
