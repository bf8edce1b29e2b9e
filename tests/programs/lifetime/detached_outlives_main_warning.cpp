// expect: pass complete
// A detached thread may still run when main returns: a warning of kind thread-leak, the verdict stays.
#include <atomic>
#include <thread>

std::atomic<int> value{0};

int main() {
  std::thread([] {
    value = 1;
    value = 2;
  }).detach();
}
