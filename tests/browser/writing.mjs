// Languages whose words are not parted or not built as European ones: a small site in Arabic,
// Chinese, Persian (which has no stems here) and English, searched from a disk.

import { pathToFileURL } from "node:url";
import { withBuilt } from "./program.mjs";
import { withPage } from "./browser.mjs";
import { ask, look, searchAddress } from "./results.mjs";

const page = (title, ...sections) =>
  `# ${title}\n\n${sections.map(([heading, text]) => `## ${heading}\n\n${text}\n`).join("\n")}`;

const FILES = {
  "content/site.toml": 'title = "Words"\nlanguages = ["ar", "zh", "fa", "en"]\n',
  "content/ar/index.md": "# البداية\n",
  "content/ar/school.md": page("التعليم في القرى", ["المدرسة", "تستقبل المدرسة الأطفال اللاجئين كل عام."]),
  "content/ar/health.md": page("الصحة", ["المستشفى", "يعالج الأطباء المرضى مجانا."]),
  "content/ar/border.md": page("الحدود", ["العبور", "وعبر المسافرون الحدود ليلا."]),
  "content/zh/index.md": "# 首页\n",
  "content/zh/school.md": page("移民儿童的教育", ["学校", "学校接收移民儿童，并提供语言课程。"]),
  "content/zh/health.md": page("医疗服务", ["医院", "医院为所有人提供免费治疗。"]),
  "content/zh/border.md": page("边境管理", ["童话", "边境官员接受培训，女儿和母亲一起过境。"]),
  "content/fa/index.md": "# خانه\n",
  "content/fa/school.md": page("آموزش در روستا", ["مدرسه", "مدرسه کودکان پناهنده را می‌پذیرد."]),
  "content/fa/health.md": page("سلامت", ["بیمارستان", "پزشکان بیماران را رایگان درمان می‌کنند."]),
  "content/en/index.md": "# Home\n",
  "content/en/school.md": page("Schooling in villages", ["School", "The school takes in refugee children."]),
  "content/en/health.md": page("Health", ["Hospital", "Doctors treat all patients without payment."]),
}; // prettier-ignore

// A phrase that no page holds: its words are searched, unless one insists.
const STRICTLY_NONE = null;
// What is typed, the pages that come (the first one first), and what is marked in the first.
const CASES = {
  ar: [
    ["the word as it stands", "المدرسة", ["school"], "المدرسة"],
    ["without the article", "مدرسة", ["school"], "المدرسة"],
    ["with a conjunction and the article", "والمدرسة", ["school"], "المدرسة"],
    ["with a preposition and the article", "للأطفال", ["school"], "الأطفال"],
    ["without hamza", "اطفال", ["school"], "الأطفال"],
    ["with vowel signs and a stretched line", "مَدْرَسـة", ["school"], "المدرسة"],
    ["with another last letter", "المدرسه", ["school"], "المدرسة"],
    ["the beginning of a word", "أطبا", ["health"], "الأطباء"],
    ["the beginning with the article", "الأطبا", ["health"], "الأطباء"],
    ["a phrase", '"المسافرون الحدود"', ["border"], "الحدود"],
    ["a phrase turned round", '"الحدود المسافرون"', STRICTLY_NONE],
  ],
  zh: [
    ["two signs", "儿童", ["school"], "儿童"],
    ["more signs", "移民儿童", ["school"], "移民儿童"],
    ["a sign at the beginning of others", "医", ["health"], "医院"],
    ["a phrase of signs", '"免费治疗"', ["health"], "免费治疗"],
    ["signs that stand apart on the page", '"官员培训"', STRICTLY_NONE],
    ["signs in another width", "ＡＢ医院", ["health"], "医院"],
  ],
  fa: [
    ["a word", "مدرسه", ["school"], "مدرسه"],
    ["the beginning of a word", "بیمارا", ["health"], "بیماران"],
    ["a word with a joiner", "می‌پذیرد", ["school"], "می‌پذیرد"],
    ["the same without it", "میپذیرد", ["school"], "می‌پذیرد"],
  ],
  en: [["another form", "villages school", ["school"], "school"]],
};

export const writing = async (report, _, browser, name) => {
  await withBuilt(FILES, async (out) => {
    const place = { url: `${pathToFileURL(out).href}/` };
    for (const [lang, cases] of Object.entries(CASES)) {
      await report.check(`writing, ${name}: words of ${lang} are found`, () =>
        withPage(browser, async (page) => {
          const problems = [];
          await page.goto(searchAddress(place, { folder: lang }));
          for (const [title, query, wanted, marked] of cases) {
            if (wanted === STRICTLY_NONE) {
              const totals = await page.evaluate(
                (query) => Promise.all([false, true].map(async (insist) => (await vademecum.search(query, { insist })).total)),
                query,
              );
              if (!(totals[0] > 0 && totals[1] === 0)) problems.push(`${title}: ${query} finds ${totals}`);
              continue;
            }
            await ask(page, query);
            const found = await look(page);
            const pages = found.links.map((link) => link.split("/").at(-2));
            if (pages.join() !== wanted.join()) {
              problems.push(`${title}: ${query} finds ${pages.join() || "nothing"}, not ${wanted}`);
            } else if (marked) {
              const isMarked = (text) =>
                [...document.querySelectorAll(".row-summary mark")].some((mark) =>
                  mark.textContent.includes(text),
                );
              await page
                .waitForFunction(isMarked, { timeout: 3_000 }, marked)
                .catch(() => problems.push(`${title}: ${query} does not mark ${marked}`));
            }
          }
          return { problems, note: `${cases.length} queries` };
        }),
      );
    }
  });
};
