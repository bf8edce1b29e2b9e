// expect: fail kind=data-race
// One of the two threads forgets the stream's lock.
#include <cstdio>
#include <thread>

int lines = 0;

int main() {
  std::thread t([] {
    flockfile(stdout);
    ++lines;
    funlockfile(stdout);
  });
  ++lines;
  t.join();
}
