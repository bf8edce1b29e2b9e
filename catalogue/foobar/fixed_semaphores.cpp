// Each waits for its own semaphore and releases the other's.
#include <cassert>
#include <semaphore>
#include <string>
#include <thread>

std::binary_semaphore foo_turn{1}, bar_turn{0};
std::string output;

int main() {
  std::thread foo([] {
    foo_turn.acquire();
    output += "foo";
    bar_turn.release();
  });
  std::thread bar([] {
    bar_turn.acquire();
    output += "bar";
    foo_turn.release();
  });
  foo.join();
  bar.join();
  assert(output == "foobar");
}
