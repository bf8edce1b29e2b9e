// expect: pass
// Two threads print through std::cout and printf: characters may mix, but there is no race.
#include <cstdio>
#include <iostream>
#include <thread>

int main() {
  std::thread t([] { std::cout << "one " << 1 << std::endl; });
  std::printf("two %d\n", 2);
  t.join();
}
