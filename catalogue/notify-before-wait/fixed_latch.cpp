// A latch remembers: whoever comes after the last count_down does not wait.
#include <latch>
#include <thread>

std::latch loaded{1};

int main() {
  std::thread loader([] { loaded.count_down(); });
  loaded.wait();
  loader.join();
}
