// expect: pass
// A permit that is not there at once is not waited for.
#include <semaphore>
#include <thread>

std::counting_semaphore<1> permit(1);
int value;

void work() {
  if (permit.try_acquire()) {
    ++value;
    permit.release();
  }
}

int main() {
  std::thread t(work);
  work();
  t.join();
}
