// It often works, and it is undefined: only the thread that locked a mutex may unlock it.
#include <cassert>
#include <mutex>
#include <string>
#include <thread>

std::mutex foo_turn, bar_turn;
std::string output;

int main() {
  bar_turn.lock();  // foo begins
  std::thread foo([] {
    foo_turn.lock();
    output += "foo";
    bar_turn.unlock();  // locked by main
  });
  std::thread bar([] {
    bar_turn.lock();
    output += "bar";
    foo_turn.unlock();
  });
  foo.join();
  bar.join();
  assert(output == "foobar");
}
