// expect: fail kind=deadlock pattern=lock-order-inversion
// Three threads, three mutexes, a cycle of three.
#include <mutex>
#include <thread>

std::mutex m[3];

void work(int i) {
  std::lock_guard first(m[i]);
  std::lock_guard second(m[(i + 1) % 3]);
}

int main() {
  std::thread t0(work, 0);
  std::thread t1(work, 1);
  work(2);
  t0.join();
  t1.join();
}
