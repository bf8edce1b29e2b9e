// The compiler may read `foo_done` once and spin for ever; and nothing orders what foo printed.
#include <cassert>
#include <string>
#include <thread>

bool foo_done = false;
std::string output;

int main() {
  std::thread foo([] {
    output += "foo";
    foo_done = true;
  });
  std::thread bar([] {
    while (!foo_done) std::this_thread::yield();
    output += "bar";
  });
  foo.join();
  bar.join();
  assert(output == "foobar");
}
