// expect: fail kind=lock-misuse
// compilers: gcc clang
// An early unlock followed by the guard's own: adopted locks do not notice.
#include <mutex>
#include <thread>

std::mutex m;
int value;

int main() {
  std::thread t([] {
    std::lock_guard lock(m);
    ++value;
    m.unlock();
  });
  t.join();
}
