#include "report/markdown.h"

#include <gtest/gtest.h>

#include <sstream>

#include "explain/essays.h"
#include "report/layout.h"
#include "trace/vocabulary.h"

namespace lockstep::report {
namespace {

TEST(Markdown, KeepsEveryWordWithoutColour) {
  const std::string text = markdown_to_text(
      "# title\n\nA **bold** word and `code`.\n\n<!-- hidden -->\n## Section\n\n- **One.** First\ngoes on.\n- Two.\n\n"
      "```cpp\nint main() {\n\n}\n```\n",
      {});
  EXPECT_EQ(text,
            "title\n\n  A bold word and `code`.\n\nSection\n\n  - One. First goes on.\n  - Two.\n\n"
            "    int main() {\n\n    }\n");
}

TEST(Markdown, ColourAddsNothingButColour) {
  TextStyle colour;
  colour.colour = true;
  const std::string_view essay = explain::essay("lost-wakeup");
  std::string shown = markdown_to_text(essay, colour), plain;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (shown[i] == '\033') {
      i = shown.find('m', i);
    } else {
      plain += shown[i];
    }
  }
  EXPECT_EQ(plain, markdown_to_text(essay, {}));
  EXPECT_NE(shown, plain);
}

TEST(Markdown, ProseFitsTheWidth) {
  TextStyle narrow;
  narrow.width = 40;
  std::istringstream lines(markdown_to_text("Some words that go on for longer than forty columns do, and on.", narrow));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(columns(line), 40U) << line;
}

TEST(Essays, EveryKindHasOne) {
  for (int i = static_cast<int>(protocol::Kind::kDataRace); i <= static_cast<int>(protocol::Kind::kNondeterminism);
       ++i) {
    const std::string_view word = trace::kind_name(static_cast<protocol::Kind>(i));
    EXPECT_FALSE(explain::essay(word).empty()) << word;
    EXPECT_FALSE(explain::essay_summary(word).empty()) << word;
  }
  EXPECT_TRUE(explain::essay("no-such-word").empty());
  EXPECT_TRUE(explain::essay_summary("no-such-word").empty());
}

}  // namespace
}  // namespace lockstep::report
