// Whose turn it is lies under the mutex.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
bool foo_turn = true;
std::string output;

void print(bool foo, const char* word) {
  for (int i = 0; i < 2; ++i) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [=] { return foo_turn == foo; });
    output += word;
    foo_turn = !foo;
    changed.notify_one();
  }
}

int main() {
  std::thread foo(print, true, "foo"), bar(print, false, "bar");
  foo.join();
  bar.join();
  assert(output == "foobarfoobar");
}
