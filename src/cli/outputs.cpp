#include "cli/outputs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "host/user_error.h"
#include "report/html.h"

namespace lockstep::cli {

using host::UserError;

void write_fully(int fd, const std::string& text, const std::string& what) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EPIPE) return;  // the reader had enough
    if (n <= 0) throw UserError(fmt::format("{}: cannot be written ({})", what, std::strerror(errno)));
    done += static_cast<std::size_t>(n);
  }
}

OutputFile::OutputFile(std::string_view option, const std::string& path) : option_(option), path_(path) {
  if (path_ == "-") {
    fd_ = STDOUT_FILENO;
    return;
  }
  // `--trace ./program` with the file's name forgotten must not cost the program.
  char magic[4] = {};
  if (std::ifstream(path_, std::ios::binary).read(magic, sizeof magic) && std::memcmp(magic, "\177ELF", 4) == 0) {
    throw UserError(
        fmt::format("{} {}: is a program, which would be overwritten; name the file to write", option_, path_));
  }
  struct stat info;
  created_ = stat(path_.c_str(), &info) != 0;
  fd_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (fd_ < 0) {
    throw UserError(fmt::format("{} {}: cannot be written ({}); name a file in a directory that exists and is yours",
                                option_, path_, std::strerror(errno)));
  }
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : option_(std::move(other.option_)),
      path_(std::move(other.path_)),
      fd_(other.fd_),
      created_(other.created_),
      written_(other.written_) {
  other.fd_ = -1;
}

OutputFile::~OutputFile() {
  if (fd_ < 0 || is_stdout()) return;
  close(fd_);
  if (created_ && !written_) unlink(path_.c_str());
}

void OutputFile::write(const std::string& text) {
  if (!is_stdout()) {
    if (ftruncate(fd_, 0) != 0 && errno != EINVAL) {  // EINVAL: a device or a pipe
      throw UserError(fmt::format("{} {}: cannot be written ({})", option_, path_, std::strerror(errno)));
    }
    lseek(fd_, 0, SEEK_SET);
  }
  written_ = true;
  write_fully(fd_, text, path_);
}

report::TextStyle style_for(const Arguments& arguments, int fd) {
  report::TextStyle style;
  const bool terminal = isatty(fd) == 1;
  const std::string colour = arguments.text("--color", "auto");
  style.colour = colour == "always" || (colour == "auto" && terminal && !std::getenv("NO_COLOR"));
  winsize size = {};
  if (terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) style.width = size.ws_col;
  return style;
}

struct Outputs::Form {
  std::string_view option;
  std::string (*render)(const report::Report&, const report::Invocation&);
};

std::span<const Outputs::Form> Outputs::forms() {
  using report::Invocation;
  using report::Report;
  static constexpr Form kForms[] = {
      {"--json", [](const Report& r, const Invocation&) { return report::to_json(r); }},
      {"--junit", [](const Report& r, const Invocation& i) { return report::to_junit(r, i); }},
      {"--sarif", [](const Report& r, const Invocation& i) { return report::to_sarif(r, i); }},
      {"--perfetto", [](const Report& r, const Invocation&) { return report::to_perfetto(r); }},
      {"--html", [](const Report& r, const Invocation&) { return report::to_html(r); }},
  };
  return kForms;
}

std::string_view Outputs::first_form(const Arguments& arguments) {
  for (const Form& form : forms()) {
    if (arguments.has(form.option)) return form.option;
  }
  return {};
}

Outputs::Outputs(Command command, const std::vector<std::string>& words, const Arguments& arguments)
    : style_(style_for(arguments, STDOUT_FILENO)) {
  const std::string trace = arguments.text("--trace");
  if (trace == "-") throw UserError("--trace -: a trace is not written to standard output; name a file");
  const auto place = [](const std::string& path) {
    std::error_code ignored;
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
  };
  std::vector<std::pair<std::string_view, std::string>> named;  // options and their files
  for (const Form& form : forms()) {
    if (arguments.has(form.option)) named.emplace_back(form.option, arguments.text(form.option));
  }
  if (!trace.empty()) named.emplace_back("--trace", trace);
  for (std::size_t i = 0; i < named.size(); ++i) {
    const auto& [option, path] = named[i];
    if (path == "-") text_ = false;
    for (std::size_t k = 0; k < i; ++k) {
      const auto& [other_option, other] = named[k];
      if (path == "-" && other == "-") {
        throw UserError(
            fmt::format("{} - and {} -: two reports cannot share standard output; write one of them to a file",
                        other_option, option));
      }
      if (path != "-" && other != "-" && path != "/dev/null" && place(path) == place(other)) {
        throw UserError(fmt::format("{} and {}: both name {}; name two files", other_option, option, other));
      }
    }
  }
  for (const Form& form : forms()) {
    if (arguments.has(form.option)) files_.emplace_back(OutputFile(form.option, arguments.text(form.option)), &form);
  }
  if (arguments.has("--quiet")) text_ = false;

  invocation_.command = {"lockstep", std::string(command_name(command))};
  invocation_.command.insert(invocation_.command.end(), words.begin(), words.end());
  std::error_code ignored;
  invocation_.directory = std::filesystem::current_path(ignored).string();
  invocation_.version = LOCKSTEP_VERSION;
}

void Outputs::write(const report::Report& report, int status, const std::string& before) {
  invocation_.status = status;
  if (text_) write_fully(STDOUT_FILENO, before + report::to_text(report, style_), "standard output");
  for (auto& [file, form] : files_) file.write(form->render(report, invocation_));
}

void Outputs::write(const std::string& text, const std::string& json, const report::Report& report, int status) {
  invocation_.status = status;
  if (text_) write_fully(STDOUT_FILENO, text, "standard output");
  for (auto& [file, form] : files_) file.write(form->option == "--json" ? json : form->render(report, invocation_));
}

}  // namespace lockstep::cli
