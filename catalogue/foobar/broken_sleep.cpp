// 10 ms are enough on every machine but the busy one.
#include <cassert>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>

std::mutex mutex;
std::string output;

void print(const char* word) {
  std::lock_guard lock(mutex);
  output += word;
}

int main() {
  std::thread foo([] { print("foo"); });
  std::thread bar([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));  // foo is done by then
    print("bar");
  });
  foo.join();
  bar.join();
  assert(output == "foobar");
}
