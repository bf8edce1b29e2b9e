// expect: pass
// args: -n 2 --verbose file.txt
// getopt_long on argv, an environment variable with a default, threads accordingly. (getopt permutes argv, and its
// globals must be fresh in each execution.)
#include <getopt.h>

#include <atomic>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
  int n = 1;
  bool verbose = false;
  const option long_options[] = {{"verbose", no_argument, nullptr, 'v'}, {nullptr, 0, nullptr, 0}};
  for (int c; (c = getopt_long(argc, argv, "n:v", long_options, nullptr)) != -1;) {
    if (c == 'n') n = std::atoi(optarg);
    if (c == 'v') verbose = true;
  }
  assert(n == 2 && verbose);
  assert(optind == argc - 1 && std::strcmp(argv[optind], "file.txt") == 0);
  const char* workers = std::getenv("LOCKSTEP_FIELD_WORKERS");
  const int count = workers ? std::atoi(workers) : 2;
  setenv("FIELD_CHILD", "1", 1);
  std::atomic<int> total{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&] { total += n; });
  for (auto& t : threads) t.join();
  assert(total == 4);
}
