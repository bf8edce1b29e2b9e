// expect: pass
// The spoon is passed on only by who has eaten.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable passed;
int owner = 0;

void dine(int me) {
  std::unique_lock lock(m);
  passed.wait(lock, [me] { return owner == me; });
  owner = 1 - me;
  passed.notify_all();
}

int main() {
  std::thread a(dine, 0), b(dine, 1);
  a.join();
  b.join();
}
