// expect: fail kind=livelock
// Two couples of hands and one spoon: who has it passes it on as long as the other is hungry, and both are.
// (Whoever comes before the other is hungry eats; so some executions end.)
#include <mutex>
#include <thread>

std::mutex m;
int owner = 0;
bool hungry[2];

void dine(int me) {
  {
    std::lock_guard lock(m);
    hungry[me] = true;
  }
  for (;;) {
    std::lock_guard lock(m);
    if (owner != me) continue;
    if (hungry[1 - me]) {
      owner = 1 - me;
      continue;
    }
    hungry[me] = false;
    owner = 1 - me;
    return;
  }
}

int main() {
  std::thread a(dine, 0), b(dine, 1);
  a.join();
  b.join();
}
