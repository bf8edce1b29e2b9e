// expect: fail kind=thread-leak
// A joinable std::thread is assigned another one.
#include <thread>

int main() {
  std::thread t([] {});
  t = std::thread([] {});
  t.join();
}
