#include "report/markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "report/layout.h"

namespace lockstep::report {
namespace {

constexpr std::size_t kReadable = 100;  // a longer line is hard to read, however wide the terminal is

class Renderer {
 public:
  explicit Renderer(const TextStyle& style)
      : style_(style), width_(std::clamp<std::size_t>(static_cast<std::size_t>(style.width), 40, kReadable)) {}

  std::string render(std::string_view markdown) {
    for (std::size_t at = 0; at < markdown.size();) {
      const std::size_t end = std::min(markdown.find('\n', at), markdown.size());
      line(std::string(markdown.substr(at, end - at)));
      at = end + 1;
    }
    flush();
    return std::move(out_);
  }

 private:
  void line(const std::string& text) {
    if (text.starts_with("```")) {
      flush();
      code_ = !code_;
    } else if (code_) {
      out_ += (text.empty() ? "" : "    ") + styled("36", text) + "\n";
    } else if (text.starts_with("<!--") && text.ends_with("-->")) {
      flush();
    } else if (text.empty()) {
      flush();
      if (!out_.empty() && !out_.ends_with("\n\n")) out_ += "\n";
    } else if (text.starts_with('#')) {
      flush();
      out_ += styled("1", text.substr(text.find_first_not_of("# "))) + "\n";
    } else {
      if (text.starts_with("- ")) flush();
      if (!paragraph_.empty()) paragraph_ += ' ';
      paragraph_ += text;
    }
  }

  void flush() {
    if (paragraph_.empty()) return;
    const bool item = paragraph_.starts_with("- ");
    const std::string body = item ? paragraph_.substr(2) : paragraph_;
    const std::size_t indent = item ? 4 : 2;
    out_ += item ? "  - " : "  ";
    out_ += inlined(wrap(without_bold(body), width_ - indent, indent)) + "\n";
    paragraph_.clear();
    bold_.clear();
  }

  // Bold text loses its stars before lines are broken and gets its colour after: escape sequences have no width.
  std::string without_bold(const std::string& text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t close = text.compare(at, 2, "**") == 0 ? text.find("**", at + 2) : std::string::npos;
      if (close == std::string::npos) {
        plain += text[at++];
        continue;
      }
      std::string words = text.substr(at + 2, close - at - 2);
      plain += words;
      bold_.push_back(std::move(words));
      at = close + 2;
    }
    return plain;
  }

  std::string inlined(std::string text) const {
    if (!style_.colour) return text;
    for (const std::string& words : bold_) {
      // A line may have been broken inside of it; then it stays plain.
      if (const std::size_t at = text.find(words); at != std::string::npos)
        text.replace(at, words.size(), styled("1", words));
    }
    std::string out;
    bool code = false;
    for (const char c : text) {
      if (c != '`') {
        out += c;
        continue;
      }
      out += code ? "`\033[0m" : "\033[36m`";
      code = !code;
    }
    return out;
  }

  std::string styled(const char* colour, const std::string& text) const {
    return style_.colour && !text.empty() ? fmt::format("\033[{}m{}\033[0m", colour, text) : text;
  }

  TextStyle style_;
  std::size_t width_;
  std::string out_, paragraph_;
  std::vector<std::string> bold_;
  bool code_ = false;
};

}  // namespace

std::string markdown_to_text(std::string_view markdown, const TextStyle& style) {
  return Renderer(style).render(markdown);
}

}  // namespace lockstep::report
