// C++20: sleep on the atomic itself. wait is an acquire, the store a release, so `output` is ordered.
#include <atomic>
#include <cassert>
#include <string>
#include <thread>

std::atomic<bool> foo_turn{true};
std::string output;

void print(bool foo, const char* word) {
  foo_turn.wait(!foo);
  output += word;
  foo_turn = !foo;
  foo_turn.notify_one();
}

int main() {
  std::thread foo(print, true, "foo"), bar(print, false, "bar");
  foo.join();
  bar.join();
  assert(output == "foobar");
}
