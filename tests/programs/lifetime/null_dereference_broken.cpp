// expect: fail kind=crash
// compilers: gcc clang
// A pointer that is atomically cleared between check and use.
#include <atomic>
#include <thread>

int target;
std::atomic<int*> pointer{&target};

int main() {
  std::thread t([] { pointer = nullptr; });
  if (pointer.load() != nullptr) *pointer.load() = 1;
  t.join();
}
