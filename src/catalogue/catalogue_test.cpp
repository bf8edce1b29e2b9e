#include "catalogue/catalogue.h"

#include <gtest/gtest.h>

#include <fstream>

#include "catalogue/reference.h"
#include "catalogue/sheet.h"
#include "catalogue/verdict.h"
#include "host/user_error.h"

namespace lockstep::catalogue {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCard = R"(title = "T"
section = "races"
question = "Q"
pattern = "check-then-act"
primitive = "P"
answer = "A"
[[variant]]
name = "broken"
what = "W"
expect = "fail"
kind = "assertion"
[[variant]]
name = "fixed"
what = "W"
expect = "complete"
breaks = "B"
costs = "C"
)";

void write(const fs::path& file, std::string_view text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

std::string with(std::string_view from, std::string_view to, std::string text = std::string(kCard)) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

class Cards : public testing::Test {
 protected:
  Cards() {
    char name[] = "/tmp/lockstep-cards-test-XXXXXX";
    dir_ = mkdtemp(name);
    write(dir_ / "upsert" / "broken.cpp", "");
    write(dir_ / "upsert" / "fixed.cpp", "");
    card(kCard);
  }
  ~Cards() override { fs::remove_all(dir_); }

  void card(std::string_view text) { write(dir_ / "upsert" / "card.toml", text); }

  // The message, which names the file and has these words.
  void refused(std::string_view text, std::initializer_list<const char*> words) {
    card(text);
    try {
      load_card(dir_ / "upsert");
      ADD_FAILURE() << "accepted: " << text;
    } catch (const host::UserError& error) {
      const std::string message = error.what();
      EXPECT_NE(message.find("card.toml"), std::string::npos) << message;
      for (const char* word : words) EXPECT_NE(message.find(word), std::string::npos) << word << " in " << message;
    }
  }

  fs::path dir_;
};

TEST_F(Cards, ACardIsRead) {
  const Card c = load_card(dir_ / "upsert");
  EXPECT_EQ(c.id, "upsert");
  ASSERT_EQ(c.variants.size(), 2u);
  EXPECT_EQ(c.variants[0].pattern, "check-then-act");  // the card's
  EXPECT_EQ(expectation(c.variants[0]), "fail: assertion, check-then-act");
  EXPECT_EQ(c.variants[1].expect, Expect::kComplete);
  EXPECT_EQ(c.variants[1].file, dir_ / "upsert" / "fixed.cpp");
  EXPECT_EQ(c.variant("nothing"), nullptr);
}

TEST_F(Cards, OutcomesAreThoseOfAVariant) {
  card(with("expect = \"complete\"", "expect = \"complete\"\noutcomes = [\"x=0\", \"x=1\"]"));
  const Card c = load_card(dir_ / "upsert");
  EXPECT_TRUE(c.variants[0].outcomes.empty());
  EXPECT_EQ(c.variants[1].outcomes, (std::vector<std::string>{"x=0", "x=1"}));
  refused(with("answer = \"A\"", "answer = \"A\"\noutcomes = [\"x=0\"]"), {"outcomes", "no such key"});
}

TEST_F(Cards, BadCardsAreRefusedWithTheirLine) {
  refused(with("section = ", "sectoin = "), {"section", "missing"});
  refused(with("title = \"T\"", "title = \"T\"\ncolour = \"red\""), {":2:", "colour", "no such key"});
  refused(with("\"races\"", "\"racing\""), {":2:", "racing", "races, producer-consumer"});
  refused(with("\"check-then-act\"", "\"assertion\""), {":4:", "assertion", "pattern"});
  refused(with("\"assertion\"", "\"asertion\""), {":11:", "asertion", "kind"});
  refused(with("kind = \"assertion\"", ""), {":7:", "kind", "missing"});
  refused(with("\"fail\"", "\"fails\""), {"fails", "complete"});
  refused(with("\"fail\"", "\"pass\""), {"broken"});
  refused(with("\"complete\"", "\"fail\""), {"fixed"});
  refused(with("\"broken\"", "\"wrong\""), {"wrong", "neither broken nor fixed"});
  refused(with("\"broken\"", "\"broken-one\""), {"snake_case"});
  refused(with("\"broken\"", "\"broken_other\""), {"broken_other.cpp"});
  refused(with("\"fixed\"", "\"broken\"",
               with("complete", "fail", with("breaks = \"B\"\ncosts = \"C\"", "kind = \"leak\""))),
          {"twice"});
  refused(with("costs = \"C\"", ""), {"costs"});
  refused(with("costs = \"C\"", "costs = \" \""), {"costs", "empty"});
  refused(with("costs = \"C\"", "costs = 3"), {"costs", "quotes"});
  refused(with("costs = \"C\"", "costs = \"C\"\nkind = \"leak\""), {"kind", "no such key"});
  refused(with("answer = \"A\"", "answer = [\"A\"]"), {"answer", "shape"});
  refused(with("answer = \"A\"", "answer = \"A\"\nreading = [1]"), {"reading", "list"});
  refused(with("answer = \"A\"", "answer = \"A"), {":6:"});
  refused(std::string(kCard.substr(0, kCard.find("[["))), {"variant", "missing"});
  refused("", {"title"});
}

TEST_F(Cards, EveryProgramHasItsVariant) {
  write(dir_ / "upsert" / "fixed_other.cpp", "");
  refused(kCard, {"fixed_other.cpp"});
  fs::remove(dir_ / "upsert" / "fixed_other.cpp");
  write(dir_ / "upsert" / "fixed.c", "");
  refused(kCard, {"two programs"});
}

// Whatever is done to a card, it is read or refused by a UserError.
TEST_F(Cards, DamagedCardsAreRefusedOrRead) {
  const std::string text(kCard);
  const auto try_it = [&](const std::string& damaged) {
    card(damaged);
    try {
      const Card c = load_card(dir_ / "upsert");
      EXPECT_FALSE(c.variants.empty());
      for (const Variant& v : c.variants) EXPECT_TRUE(fs::exists(v.file));
    } catch (const host::UserError& error) {
      EXPECT_NE(std::string(error.what()), "");
    }
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    try_it(text.substr(0, i));
    for (const char c : {'"', '[', '\n', '\xff'}) {
      std::string changed = text;
      changed[i] = c;
      try_it(changed);
    }
  }
}

TEST_F(Cards, TheCatalogueNamesWhatIsNear) {
  const Catalogue all = load_catalogue(dir_);
  EXPECT_EQ(all.need_variant("upsert/fixed").second->name, "fixed");
  EXPECT_EQ(all.need_variant("upsert").second, nullptr);
  for (const auto& [name, words] : {std::pair{"upsertion", "upsert"}, std::pair{"check-then-act", "upsert"},
                                    std::pair{"upsert/fixd", "broken, fixed"}, std::pair{"", "lockstep list"}}) {
    try {
      all.need_variant(name);
      ADD_FAILURE() << name;
    } catch (const host::UserError& error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  }
  EXPECT_THROW(only_section(all, "racing"), host::UserError);
  EXPECT_EQ(only_section(all, "races").cards.size(), 1u);
  EXPECT_TRUE(only_section(all, "locks").cards.empty());
}

TEST_F(Cards, TheSectionsTextGivesTheOrder) {
  for (const char* id : {"a", "b"}) {
    write(dir_ / id / "broken.cpp", "");
    write(dir_ / id / "fixed.cpp", "");
    write(dir_ / id / "card.toml", kCard);
  }
  write(dir_ / "sections" / "races.md", "First [b](../b/), then [this](../upsert/).\n");
  const Catalogue all = load_catalogue(dir_);
  EXPECT_EQ(all.cards[0].id + all.cards[1].id + all.cards[2].id, "bupserta");
  EXPECT_NE(reference(all).find("First [b](#b), then [this](#upsert)."), std::string::npos);
  write(dir_ / "sections" / "races.md", "[c](../c/)\n");
  EXPECT_THROW(reference(load_catalogue(dir_)), host::UserError);
}

TEST(Verdicts, AgreeOnlyWithWhatTheCardSays) {
  Variant broken, fixed;
  broken.kind = "assertion";
  broken.pattern = "check-then-act";
  fixed.expect = Expect::kComplete;
  const auto report = [](const char* verdict, const char* complete, const char* bugs) {
    return parse_verdict(std::string(R"({"verdict": ")") + verdict + R"(", "complete": )" + complete +
                         R"(, "executions": 5, "seconds": 0.1, "bugs": [)" + bugs + "]}");
  };
  const char* bug = R"({"kind": "assertion", "pattern": "check-then-act", "summary": "S", "found_after": 2})";
  const char* late = R"({"kind": "assertion", "pattern": "check-then-act", "summary": "S", "found_after": 1001})";
  const char* other = R"({"kind": "assertion", "pattern": "none", "summary": "S", "found_after": 2})";
  EXPECT_EQ(disagreement(broken, report("fail", "false", bug)), "");
  EXPECT_NE(disagreement(broken, report("fail", "false", late)), "");
  EXPECT_NE(disagreement(broken, report("fail", "false", other)), "");
  EXPECT_NE(disagreement(broken, report("pass", "true", "")), "");
  EXPECT_EQ(disagreement(fixed, report("pass", "true", "")), "");
  EXPECT_NE(disagreement(fixed, report("pass", "false", "")), "");
  EXPECT_NE(disagreement(fixed, report("inconclusive", "true", "")), "");
  EXPECT_NE(disagreement(fixed, report("fail", "false", bug)), "");
  EXPECT_NE(disagreement(fixed, parse_verdict("{}")), "");
  EXPECT_NE(disagreement(fixed, parse_verdict("")), "");
  fixed.expect = Expect::kPass;
  EXPECT_EQ(disagreement(fixed, report("pass", "false", "")), "");
}

constexpr std::string_view kSheet = R"([[question]]
id = "need"
ask = "?"
[[question.choice]]
word = "x"
say = "X"
pick = "mutex"
[[answer]]
id = "mutex"
primitive = "P"
why = "W"
costs = "C"
program = "upsert/fixed"
)";

TEST_F(Cards, TheSheetLeadsSomewhere) {
  const Catalogue all = load_catalogue(dir_);
  const auto load = [&](const std::string& text) {
    write(dir_ / "which.toml", text);
    return load_sheet(all);
  };
  EXPECT_NE(sheet_table(load(std::string(kSheet))).find("`--need x`"), std::string::npos);
  const std::string sheet(kSheet);
  for (const std::string& bad :
       {with("pick = \"mutex\"", "next = \"need\"", sheet), with("pick = \"mutex\"", "", sheet),
        with("pick = \"mutex\"", "pick = \"none\"", sheet), with("upsert/fixed", "upsert", sheet),
        with("upsert/fixed", "upsert/none", sheet), with("why = \"W\"", "", sheet),
        sheet + "[[answer]]\nid = \"mutex\"\nprimitive = \"P\"\nwhy = \"W\"\ncosts = \"C\"\n"
                "program = \"upsert/fixed\"\n",
        sheet + "[[question]]\nid = \"other\"\nask = \"?\"\n[[question.choice]]\nword = \"x\"\n"
                "say = \"X\"\npick = \"mutex\"\n",
        std::string()}) {
    EXPECT_THROW(load(bad), host::UserError) << bad;
  }
}

}  // namespace
}  // namespace lockstep::catalogue
