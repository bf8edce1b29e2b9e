// expect: fail kind=deadlock pattern=lock-order-inversion
// Named threads and locks appear by name in the report.
#include <lockstep/check.h>

#include <mutex>
#include <thread>

int main() {
  auto* forks = new std::mutex[2];
  lockstep_name(&forks[0], "left fork");
  lockstep_name(&forks[1], "right fork");
  std::thread t([=] {
    lockstep_name_thread("Plato");
    std::lock_guard first(forks[0]);
    std::lock_guard second(forks[1]);
  });
  lockstep_name_thread("Kant");
  {
    std::lock_guard first(forks[1]);
    std::lock_guard second(forks[0]);
  }
  t.join();
  delete[] forks;
}
