// expect: pass complete
// flags: -O2
// compilers: gcc clang
// A shared_mutex: readers share, the writer excludes.
#include <cassert>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex m;
int first, second;

int main() {
  std::thread writer([] {
    std::unique_lock lock(m);
    first = 1;
    second = 1;
  });
  std::thread reader([] {
    std::shared_lock lock(m);
    assert(first == second);
  });
  {
    std::shared_lock lock(m);
    assert(first == second);
  }
  writer.join();
  reader.join();
}
