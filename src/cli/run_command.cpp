#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "catalogue/builder.h"
#include "catalogue/catalogue.h"
#include "catalogue/process.h"
#include "catalogue/verdict.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "host/user_error.h"

namespace lockstep::cli {
namespace {

using catalogue::Builder;
using catalogue::Card;
using catalogue::Variant;
using catalogue::Verdict;
using host::UserError;
using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;

constexpr std::uint64_t kMostJobs = 256;

struct Job {
  const Card* card = nullptr;
  const Variant* variant = nullptr;
  Verdict found;
  std::string disagrees;  // empty: it agrees

  std::string name() const { return fmt::format("{}/{}", card->id, variant->name); }
};

// What its executions come to, where the card lists that.
std::string wrong_outcomes(const Variant& variant, const std::string& program) {
  if (variant.outcomes.empty()) return {};
  Words words = {(catalogue::own_folder() / "lockstep").string(), "show", "--color", "never"};
  for (const std::string& outcome : variant.outcomes) words.insert(words.end(), {"--expect", outcome});
  words.insert(words.end(), variant.options.begin(), variant.options.end());
  words.insert(words.end(), {"--", program});
  const catalogue::Ended ended = catalogue::run_process(words);
  if (ended.status == host::kExitPass) return {};
  return fmt::format("its outcomes are not those of the card:\n{}{}", ended.out, ended.err);
}

// In a process of its own, as a user runs it; so that several can run at the same time.
void build_and_check(const Builder& builder, const Words& extra, Job* job) {
  std::string outcomes;
  try {
    const std::string program = builder.build(*job->card, *job->variant).string();
    Words words = {(catalogue::own_folder() / "lockstep").string(),
                   "check",
                   "--json",
                   "-",
                   "--progress",
                   "never",
                   "--trace",
                   program + ".trace"};
    words.insert(words.end(), job->variant->options.begin(), job->variant->options.end());
    words.insert(words.end(), extra.begin(), extra.end());
    words.insert(words.end(), {"--", program});
    const catalogue::Ended ended = catalogue::run_process(words);
    if (ended.out.empty()) {
      job->found.problem = fmt::format("no report, exit status {}: {}", ended.status, ended.err);
    } else {
      job->found = catalogue::parse_verdict(ended.out);
    }
    outcomes = wrong_outcomes(*job->variant, program);
  } catch (const UserError& error) {
    job->found.problem = error.what();
  }
  job->disagrees = catalogue::disagreement(*job->variant, job->found);
  if (job->disagrees.empty()) job->disagrees = outcomes;
}

Json to_json(const Job& job) {
  const Verdict& f = job.found;
  const Variant& v = *job.variant;
  const bool fails = v.expect == catalogue::Expect::kFail;
  Json expected{{"verdict", expect_name(v.expect)}}, found{{"verdict", f.verdict}};
  if (fails) {
    expected["kind"] = v.kind;
    expected["pattern"] = v.pattern;
  }
  found["complete"] = f.complete;
  if (!f.kind.empty()) {
    found["kind"] = f.kind;
    found["pattern"] = f.pattern;
    found["summary"] = f.summary;
    found["found_after"] = f.found_after;
  }
  found["executions"] = f.executions;
  found["seconds"] = f.seconds;
  Json out{{"id", job.card->id},   {"variant", v.name}, {"file", v.file.string()},
           {"expected", expected}, {"found", found},    {"agrees", job.disagrees.empty()}};
  if (!job.disagrees.empty()) out["why"] = job.disagrees;
  return out;
}

std::uint64_t workers_of(const Arguments& arguments) {
  const std::uint64_t workers = arguments.number("--jobs", std::max(1u, std::thread::hardware_concurrency()));
  if (workers == 0 || workers > kMostJobs) throw UserError(fmt::format("--jobs {}: takes 1 to {}", workers, kMostJobs));
  return workers;
}

// Builds and checks all of them, and says which agree with their cards.
int compare(std::vector<Job> jobs, const Builder& builder, const Arguments& arguments, const Words& extra) {
  std::optional<OutputFile> json;
  if (arguments.has("--json")) json.emplace("--json", arguments.text("--json"));
  const bool text = !arguments.has("--quiet") && !(json && json->is_stdout());
  const std::uint64_t workers = workers_of(arguments);

  const auto start = std::chrono::steady_clock::now();
  std::atomic<std::size_t> next = 0;
  std::mutex printing;
  const auto work = [&] {
    for (std::size_t i; (i = next++) < jobs.size();) {
      Job& job = jobs[i];
      build_and_check(builder, extra, &job);
      if (!text) continue;
      const std::lock_guard guard(printing);
      if (job.disagrees.empty()) {
        fmt::print("agrees     {:<50} {}\n", job.name(), in_words(job.found));
      } else {
        fmt::print("DISAGREES  {}: {}\n", job.name(), job.disagrees);
        if (!job.found.summary.empty()) fmt::print("           {}\n", job.found.summary);
      }
    }
  };
  std::vector<std::thread> threads;
  for (std::uint64_t i = 1; i < std::min<std::uint64_t>(workers, jobs.size()); ++i) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();

  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto agree = std::count_if(jobs.begin(), jobs.end(), [](const Job& j) { return j.disagrees.empty(); });
  if (text) fmt::print("{} of {} variants agree with their cards ({:.1f} s)\n", agree, jobs.size(), seconds);
  if (json) {
    Json variants = Json::array();
    for (const Job& job : jobs) variants.push_back(to_json(job));
    json->write(
        Json{{"schema", 1}, {"variants", jobs.size()}, {"agree", agree}, {"seconds", seconds}, {"results", variants}}
            .dump(2) +
        "\n");
  }
  return agree == static_cast<std::ptrdiff_t>(jobs.size()) ? host::kExitPass : host::kExitBug;
}

// One after the other, each with its report.
int explain(const std::vector<Job>& jobs, const Builder& builder, const Arguments& arguments, const Words& extra) {
  const bool text = !arguments.has("--quiet") && arguments.text("--json") != "-" &&
                    std::none_of(extra.begin(), extra.end(),
                                 [](const std::string& w) { return w == "-" || w.ends_with("=-") || w == "--quiet"; });
  // What weighs more: a bug, then what could not be told.
  int status = host::kExitPass;
  for (const Job& job : jobs) {
    const std::string program = builder.build(*job.card, *job.variant).string();
    if (text) {
      fmt::print("{}{}: {}\nThe card says {}.\n\n", &job == jobs.data() ? "" : "\n", job.name(), job.variant->what,
                 expectation(*job.variant));
      std::fflush(stdout);
    }
    Words words = job.variant->options;
    words.insert(words.end(), extra.begin(), extra.end());
    if (arguments.has("--json")) words.insert(words.end(), {"--json", arguments.text("--json")});
    if (arguments.has("--quiet")) words.push_back("--quiet");
    words.insert(words.end(), {"--", program});
    const int one = check_command(words);
    if (status != host::kExitBug && one != host::kExitPass) status = one;
  }
  return status;
}

void add(const Card& card, std::vector<Job>* jobs) {
  for (const Variant& v : card.variants) jobs->push_back({&card, &v, {}, {}});
}

}  // namespace

int run_command(const Words& words) {
  // Behind `--` stand options of lockstep check. `-j` is what builds call it.
  const auto dashes = std::find(words.begin(), words.end(), "--");
  Words own(words.begin(), dashes);
  const Words extra(dashes == words.end() ? dashes : dashes + 1, words.end());
  for (std::string& word : own) {
    if (word == "-j") {
      word = "--jobs";
    } else if (word.starts_with("-j")) {
      word = "--jobs=" + word.substr(2);
    }
  }
  const Arguments arguments(kRun, own);
  if (arguments.help()) {
    fmt::print("{}", help_text(kRun));
    return 0;
  }
  const bool many = arguments.has("--all") || arguments.has("--section");
  if (many != arguments.rest().empty() || arguments.rest().size() > 1) {
    throw UserError(many ? fmt::format("{}: name a pattern, or take --all or --section", arguments.rest()[0])
                         : "name one pattern of the catalogue, or --all; lockstep list names them");
  }
  catalogue::Catalogue all = catalogue::load_catalogue(catalogue::catalogue_folder(arguments.text("--catalogue")));
  if (arguments.has("--section")) all = catalogue::only_section(all, arguments.text("--section"));
  workers_of(arguments);  // a wrong number is refused even where it has no use
  const Builder builder(arguments.text("--build-dir"));
  std::vector<Job> jobs;
  if (many) {
    for (const Card& card : all.cards) add(card, &jobs);
    return compare(std::move(jobs), builder, arguments, extra);
  }
  const auto [card, variant] = all.need_variant(arguments.rest()[0]);
  if (variant) {
    jobs.push_back({card, variant, {}, {}});
  } else {
    add(*card, &jobs);
    if (arguments.has("--json")) return compare(std::move(jobs), builder, arguments, extra);
  }
  return explain(jobs, builder, arguments, extra);
}

}  // namespace lockstep::cli
