// The tool as a user meets it: exit status, messages, files. The runtime is a stand-in that plays a part.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

struct Result {
  int status = -1;
  std::string out, err;
};

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class Tool : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/lockstep-tool-test-XXXXXX";
    dir_ = mkdtemp(name);
    setenv("LOCKSTEP_RUNTIME_DIR", LOCKSTEP_FAKE_DIR, 1);
    play("bug");
  }
  void TearDown() override { fs::remove_all(dir_); }

  void play(const char* part) { setenv("LOCKSTEP_FAKE", part, 1); }

  pid_t start(const std::string& words) {
    const std::string command = "cd '" + dir_.string() + "' && exec '" LOCKSTEP_TOOL "' " + words + " >" +
                                (dir_ / "out").string() + " 2>" + (dir_ / "err").string();
    const pid_t pid = fork();
    if (pid == 0) {
      execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      _exit(126);
    }
    return pid;
  }
  Result finish(pid_t pid) {
    int status = 0;
    waitpid(pid, &status, 0);
    Result r;
    r.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
    r.out = read_file(dir_ / "out");
    r.err = read_file(dir_ / "err");
    fs::remove(dir_ / "out");
    fs::remove(dir_ / "err");
    return r;
  }
  Result run(const std::string& words) { return finish(start(words)); }

  // Refused: the status, and every word in the one message.
  void refuses(const std::string& words, std::initializer_list<const char*> mentioned, int status = 2) {
    const Result r = run(words);
    EXPECT_EQ(r.status, status) << words << "\n" << r.err;
    EXPECT_EQ(r.out, "") << words;
    EXPECT_TRUE(r.err.starts_with("lockstep: ")) << r.err;
    for (const char* word : mentioned)
      EXPECT_NE(r.err.find(word), std::string::npos) << word << " is not in: " << r.err;
  }

  fs::path dir_;
};

const std::string kProgram = LOCKSTEP_FAKE_PROGRAM;

TEST_F(Tool, HelpAndVersion) {
  EXPECT_EQ(run("--version").out.rfind("lockstep ", 0), 0u);
  EXPECT_NE(run("--help").out.find("lockstep check"), std::string::npos);
  const Result help = run("check --help");
  EXPECT_EQ(help.status, 0);
  for (const char* option : {"--mode", "--time", "--each-test", "--require-complete"}) {
    EXPECT_NE(help.out.find(option), std::string::npos) << option;
  }
  EXPECT_EQ(run("").status, 2);
}

TEST_F(Tool, PassIsStatus0AndOneLine) {
  play("pass");
  const Result r = run("check " + kProgram);
  EXPECT_EQ(r.status, 0) << r.err;
  EXPECT_NE(r.out.find("all 18 executions explored"), std::string::npos) << r.out;
  EXPECT_EQ(std::count(r.out.begin(), r.out.end(), '\n'), 1) << r.out;
  EXPECT_EQ(run("check --require-complete " + kProgram).status, 0);
}

TEST_F(Tool, BugIsStatus1AndReplays) {
  const Result r = run("check " + kProgram);
  EXPECT_EQ(r.status, 1) << r.err;
  EXPECT_NE(r.out.find("Lock-order inversion on `a` and `b`"), std::string::npos) << r.out;
  EXPECT_NE(r.out.find("| hello from the program"), std::string::npos) << r.out;
  const std::string trace = "lockstep-lockstep_fake_program-deadlock.trace";
  EXPECT_TRUE(fs::exists(dir_ / trace));
  const Result again = run("replay " + trace);
  EXPECT_EQ(again.status, 1) << again.err;
  EXPECT_NE(again.out.find("Lock-order inversion on `a` and `b`"), std::string::npos) << again.out;
  const Result explained = run("explain " + trace);
  EXPECT_EQ(explained.status, 0) << explained.err;
  EXPECT_NE(explained.out.find("Lock-order inversion"), std::string::npos);
  play("diverges");
  EXPECT_EQ(run("replay " + trace).status, 4);
  play("other-events");
  EXPECT_EQ(run("replay " + trace).status, 4);
  play("gone");
  EXPECT_EQ(run("replay " + trace).status, 4);
}

TEST_F(Tool, JsonIsTheContract) {
  const Result r = run("check --json - --seed 5 -- " + kProgram + " --time x");
  EXPECT_EQ(r.status, 1) << r.err;
  const Json j = Json::parse(r.out);
  EXPECT_EQ(j["schema"], 1);
  EXPECT_EQ(j["program"], Json({kProgram, "--time", "x"}));
  EXPECT_EQ(j["mode"], "auto");
  EXPECT_EQ(j["memory_model"], "rc11");
  EXPECT_EQ(j["verdict"], "fail");
  EXPECT_EQ(j["complete"], false);
  EXPECT_EQ(j["executions"], 3);
  EXPECT_EQ(j["seed"], 5);
  ASSERT_EQ(j["bugs"].size(), 1u);
  const Json& bug = j["bugs"][0];
  EXPECT_EQ(bug["kind"], "deadlock");
  EXPECT_EQ(bug["pattern"], "lock-order-inversion");
  EXPECT_EQ(bug["objects"], Json({"a", "b"}));
  EXPECT_EQ(bug["found_after"], 3);
  EXPECT_EQ(bug["preemptions"], 1);
  EXPECT_EQ(bug["output"], "hello from the program\n");
  EXPECT_EQ(bug["steps"][0]["n"], 1);
  EXPECT_EQ(bug["steps"][0]["thread"], "A");
  EXPECT_EQ(bug["steps"][0]["op"], "lock");
  EXPECT_EQ(bug["steps"][0]["object"], "a");
  EXPECT_TRUE(bug["steps"][0].contains("value"));
}

TEST_F(Tool, ReportsGoToFiles) {
  const Result r = run("check --quiet --json r.json --junit r.xml --trace t.trace " + kProgram);
  EXPECT_EQ(r.status, 1) << r.err;
  EXPECT_EQ(r.out, "");
  EXPECT_EQ(Json::parse(read_file(dir_ / "r.json"))["bugs"][0]["trace"], "t.trace");
  EXPECT_NE(read_file(dir_ / "r.xml").find("<failure type=\"deadlock\""), std::string::npos);
  EXPECT_TRUE(fs::exists(dir_ / "t.trace"));
}

TEST_F(Tool, APassLeavesNoTraceFile) {
  play("pass");
  EXPECT_EQ(run("check --trace t.trace " + kProgram).status, 0);
  EXPECT_TRUE(fs::is_empty(dir_));
}

TEST_F(Tool, BudgetIsStatus0Or3) {
  play("budget");
  const Result r = run("check --executions 18 " + kProgram);
  EXPECT_EQ(r.status, 0);
  EXPECT_NE(r.out.find("stopped after 18 executions by --executions"), std::string::npos) << r.out;
  EXPECT_EQ(run("check --require-complete " + kProgram).status, 3);
  EXPECT_EQ(Json::parse(run("check --mode random --executions 18 --json - " + kProgram).out)["distinct"], 12);
}

TEST_F(Tool, WarningsChangeNothingUnlessAsked) {
  play("warning");
  EXPECT_EQ(run("check " + kProgram).status, 0);
  EXPECT_EQ(run("check --warnings-as-errors " + kProgram).status, 1);
}

TEST_F(Tool, TheLibrarysFaultIsOneSentence) {
  play("library");
  const Result text = run("check " + kProgram);
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_NE(text.out.find("warning: libstdc++: Lock-order inversion on `a` and `b`"), std::string::npos) << text.out;
  EXPECT_EQ(text.out.find("bug:"), std::string::npos) << text.out;
  EXPECT_EQ(text.out.find("hello from"), std::string::npos) << text.out;
  const Json j = Json::parse(run("check --json - " + kProgram).out);
  EXPECT_EQ(j["verdict"], "pass");
  EXPECT_EQ(j["bugs"].size(), 0u);
  ASSERT_EQ(j["warnings"].size(), 1u);
  EXPECT_EQ(j["warnings"][0]["origin"], "library");
  EXPECT_EQ(j["warnings"][0]["kind"], "deadlock");
  EXPECT_EQ(run("check --warnings-as-errors " + kProgram).status, 0);
}

TEST_F(Tool, ADeathIsAFindingAndNotTheEnd) {
  play("crash");
  const Result r = run("check --json - " + kProgram);
  EXPECT_EQ(r.status, 1) << r.err;
  Json j = Json::parse(r.out);
  EXPECT_EQ(j["bugs"][0]["kind"], "crash");
  EXPECT_EQ(j["executions"], 5);
  EXPECT_EQ(run("replay " + j["bugs"][0]["trace"].get<std::string>()).status, 1);
  j = Json::parse(run("check --keep-going --json - " + kProgram).out);
  EXPECT_EQ(j["bugs"].size(), 1u);
  EXPECT_EQ(j["executions"], 11);
  EXPECT_EQ(j["complete"], true);
}

TEST_F(Tool, AnotherExecutionIsNondeterminism) {
  for (const char* part : {"diverges", "gone", "other-bug"}) {
    play(part);
    const Result r = run("check --json - " + kProgram);
    EXPECT_EQ(r.status, 4) << part << r.err;
    EXPECT_EQ(Json::parse(r.out)["bugs"][0]["kind"], "nondeterminism");
  }
}

TEST_F(Tool, UnsupportedIsStatus5) {
  play("unsupported");
  const Result r = run("check " + kProgram);
  EXPECT_EQ(r.status, 5);
  EXPECT_NE(r.out.find("a read from a socket"), std::string::npos) << r.out;
  EXPECT_NE(r.out.find("inconclusive"), std::string::npos) << r.out;
}

TEST_F(Tool, AHangIsNamed) {
  play("hang");
  const Result r = run("check " + kProgram);
  EXPECT_EQ(r.status, 5);
  EXPECT_NE(r.out.find("nothing happened for 10 s"), std::string::npos) << r.out;
  EXPECT_NE(r.out.find("at _start"), std::string::npos) << r.out;  // where it stood when it was asked
}

TEST_F(Tool, RuntimeThatFailsOrNeverStarts) {
  play("failed");
  refuses("check " + kProgram, {"no memory for fibers"});
  play("never");
  refuses("check " + kProgram, {"before the checker could take over", "exit status 9"});
}

TEST_F(Tool, CtrlCEndsWithWhatItKnows) {
  for (const char* part : {"slow", "deaf"}) {
    play(part);
    const fs::path started = dir_ / part;
    setenv("LOCKSTEP_FAKE_STARTED", started.c_str(), 1);
    const pid_t pid = start("check --json - " + kProgram);
    while (!fs::exists(started)) usleep(1000);
    kill(pid, SIGINT);
    const auto pressed = std::chrono::steady_clock::now();
    const Result r = finish(pid);
    // By itself `slow` would take 30 s, and `deaf` for ever.
    EXPECT_LT(std::chrono::steady_clock::now() - pressed, std::chrono::seconds(25));
    EXPECT_EQ(r.status, 0) << part << r.err;
    EXPECT_EQ(Json::parse(r.out)["verdict"], "inconclusive");
  }
}

TEST_F(Tool, RefusesPrograms) {
  refuses("check", {"no program is named"});
  refuses("check ./nothing", {"./nothing", "no such program"});
  refuses("check nothing-of-that-name", {"nothing-of-that-name", "PATH"});
  refuses("check .", {"directory"});
  std::ofstream(dir_ / "text") << "hello";
  refuses("check ./text", {"not executable", "chmod"});
  chmod((dir_ / "text").c_str(), 0755);
  refuses("check ./text", {"no ELF file"});
  std::ofstream(dir_ / "script") << "#!/bin/sh\n";
  chmod((dir_ / "script").c_str(), 0755);
  refuses("check ./script", {"script"});
  std::string elf = read_file(kProgram);
  elf[18] = 40;  // e_machine: ARM
  std::ofstream(dir_ / "arm", std::ios::binary) << elf;
  chmod((dir_ / "arm").c_str(), 0755);
  refuses("check ./arm", {"another machine", "x86-64"});
  std::ofstream(dir_ / "cut", std::ios::binary) << elf.substr(0, 40);
  chmod((dir_ / "cut").c_str(), 0755);
  refuses("check ./cut", {"ELF"});
  refuses("check " LOCKSTEP_PLAIN_PROGRAM, {"not instrumented", "-fsanitize=thread", "-shared-libsan"});
}

TEST_F(Tool, RefusesOptions) {
  refuses("check --tme 3s " + kProgram, {"--tme", "--time"});
  refuses("check --job 2 " + kProgram, {"--job", "--jobs"});
  refuses("check --jobs 0 " + kProgram, {"--jobs 0", "1 to 256"});
  refuses("check --shard 3/2 " + kProgram, {"--shard 3/2", "I from 1 to N"});
  refuses("check --shard 0/2 " + kProgram, {"--shard 0/2", "I from 1 to N"});
  refuses("check --mode bounded --jobs 2 " + kProgram, {"--mode bounded", "cannot be split"});
  refuses("check --mode random --checkpoint x " + kProgram, {"--checkpoint", "--mode random"});
  refuses("merge", {"no report is named"});
  refuses("check --mode fast " + kProgram, {"--mode fast", "exhaustive"});
  refuses("check --time soon " + kProgram, {"--time soon", "500ms"});
  refuses("check --executions -1 " + kProgram, {"-1"});
  refuses("check --seed 1 --seed 2 " + kProgram, {"--seed"});
  refuses("check --preemptions 2 " + kProgram, {"--preemptions", "bounded"});
  refuses("check --quiet --progress always " + kProgram, {"--quiet", "--progress"});
  refuses("check --json - --junit - " + kProgram, {"standard output"});
  refuses("check --json - --json - " + kProgram, {"--json"});
  refuses("check --json x --trace x " + kProgram, {"--trace", "x"});
  refuses("check --json x --trace ./x " + kProgram, {"--trace", "x"});
  refuses("check --depth 0 " + kProgram, {"--depth"});
  refuses("check --time", {"--time", "value"});
  refuses("chek " + kProgram, {"chek"});
}

TEST_F(Tool, RefusesOutputsBeforeTheSearch) {
  play("deaf");  // a search would never end
  refuses("check --json /nowhere/x.json " + kProgram, {"/nowhere/x.json", "--json"});
  refuses("check --junit . " + kProgram, {"--junit"});
  // The file's name was forgotten: the program must survive that.
  fs::copy(kProgram, dir_ / "prog");
  refuses("check --trace ./prog " + kProgram, {"--trace", "./prog", "overwritten"});
  EXPECT_EQ(fs::file_size(dir_ / "prog"), fs::file_size(kProgram));
  refuses("check --trace /nowhere/t " + kProgram, {"--trace", "/nowhere/t"});
}

TEST_F(Tool, RefusesTraces) {
  refuses("replay", {"no trace"});
  refuses("replay none.trace", {"none.trace"});
  std::ofstream(dir_ / "x.trace") << "hello";
  refuses("replay x.trace", {"not a lockstep trace"});
  ASSERT_EQ(run("check --trace t.trace " + kProgram).status, 1);
  std::string text = read_file(dir_ / "t.trace");
  std::ofstream(dir_ / "cut.trace") << text.substr(0, text.size() / 2);
  refuses("replay cut.trace", {"corrupt"});
  std::string other = text;
  other.replace(other.find("4096"), 4, "4097");
  std::ofstream(dir_ / "changed.trace") << other;
  refuses("replay changed.trace", {"corrupt", "checksum"});
  refuses("explain changed.trace", {"corrupt"});

  // Another build in the place of the program.
  fs::copy(kProgram, dir_ / "prog");
  ASSERT_EQ(run("check --trace p.trace ./prog").status, 1);
  EXPECT_EQ(run("replay p.trace").status, 1);
  fs::copy(LOCKSTEP_FAKE_PROGRAM_B, dir_ / "prog", fs::copy_options::overwrite_existing);
  refuses("replay p.trace", {"another build", "build-id"});
  fs::remove(dir_ / "prog");
  refuses("replay p.trace", {"does not exist"});
}

TEST_F(Tool, MeasuresBesideTheRules) {
  Result r = run("measure --json m.json");
  EXPECT_EQ(r.status, 0) << r.err;
  for (const char* word : {"process", "thread", "coroutine", "rule of thumb", "reserved"}) {
    EXPECT_NE(r.out.find(word), std::string::npos) << word << " is not in: " << r.out;
  }
  const Json figures = Json::parse(read_file(dir_ / "m.json"));
  for (const char* what : {"process", "thread", "coroutine"}) {
    for (const char* figure : {"creation_ns", "switch_ns", "memory_bytes"}) {
      EXPECT_GT(figures[what][figure].get<double>(), 0) << what << " " << figure;
      const std::string measured = figures[what][figure + std::string("_said")]["measured"];
      EXPECT_TRUE(measured == "less" || measured == "as said" || measured == "more") << measured;
    }
  }
  refuses("measure 5", {"5", "options only"});
  refuses("measure --json /nowhere/m.json", {"--json", "/nowhere/m.json"});
}

TEST_F(Tool, ExplainsWords) {
  const Result r = run("explain lost-wakeup");
  EXPECT_EQ(r.status, 0);
  EXPECT_NE(r.out.find("notif"), std::string::npos);
  refuses("explain nonsense", {"nonsense"});
}

}  // namespace
