// expect: fail kind=use-after-free
// A pointer to what a thread_local object owns is kept after the thread has ended.
#include <memory>
#include <thread>

thread_local std::unique_ptr<int> buffer;
int* shared_buffer;

int main() {
  std::thread t([] {
    buffer = std::make_unique<int>(1);
    shared_buffer = buffer.get();
  });
  t.join();
  return *shared_buffer - 1;
}
