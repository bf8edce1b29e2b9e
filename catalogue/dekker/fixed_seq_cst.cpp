// At most one sees the other's flag down. What is inside is plain: the release of the flag orders it.
#include <atomic>
#include <thread>

std::atomic<bool> wants[2];
int shared = 0;

void enter(int me) {
  wants[me] = true;
  if (!wants[1 - me]) ++shared;  // a data race if both were here
  wants[me] = false;
}

int main() {
  std::thread other(enter, 0);
  enter(1);
  other.join();
}
