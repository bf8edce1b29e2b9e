// The order of arrival as a policy of the lock: who comes after a waiting writer gets in after it.
// The order is the lock's own doing, so the checker is to see its algorithm and not one step.
#define LOCKSTEP_SYNC_EXPLORE
#include <lockstep/sync/shared_mutex.h>

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <thread>

lockstep::sync::basic_shared_mutex<lockstep::sync::arrival_order> room;
std::atomic<bool> written{false};

void read_until_written() {
  while (!written) {
    const std::shared_lock lock(room);
  }
}

void write_once() {
  const std::unique_lock lock(room);
  written = true;
}

int main() {
  std::thread a(read_until_written), b(read_until_written), writer(write_once);
  writer.join();
  a.join();
  b.join();
}
