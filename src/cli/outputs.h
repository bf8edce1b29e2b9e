// The files and streams that a command writes: opened before the work, written after it.
//
// Thread safety: none.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/arguments.h"
#include "report/report.h"

namespace lockstep::cli {

/// A file that is known to be writable. It is left as it was if nothing is written; one made for the test goes away.
class OutputFile {
 public:
  /// `option` is for the message. `-` is standard output. Throws UserError.
  OutputFile(std::string_view option, const std::string& path);
  ~OutputFile();
  OutputFile(OutputFile&& other) noexcept;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(const std::string& text);
  const std::string& path() const { return path_; }
  bool is_stdout() const { return path_ == "-"; }

 private:
  std::string option_, path_;
  int fd_ = -1;
  bool created_ = false, written_ = false;
};

/// Where the reports go, from --json, --junit, --sarif, --perfetto, --html, --quiet and --color.
class Outputs {
 public:
  Outputs(Command command, const std::vector<std::string>& words, const Arguments& arguments);

  /// `status` is what the command will exit with; `before` goes in front of the text.
  void write(const report::Report& report, int status, const std::string& before = {});
  /// The same with text and JSON of another kind; the other forms are of the report.
  void write(const std::string& text, const std::string& json, const report::Report& report, int status);
  const report::TextStyle& style() const { return style_; }

  /// The first form that was asked for by its option, empty if there is none.
  static std::string_view first_form(const Arguments& arguments);

 private:
  struct Form;  // a way to write a report
  static std::span<const Form> forms();

  std::vector<std::pair<OutputFile, const Form*>> files_;
  report::Invocation invocation_;
  bool text_ = true;
  report::TextStyle style_;
};

/// The style for a stream: --color, NO_COLOR, terminal or not, its width.
report::TextStyle style_for(const Arguments& arguments, int fd);
void write_fully(int fd, const std::string& text, const std::string& what);

}  // namespace lockstep::cli
