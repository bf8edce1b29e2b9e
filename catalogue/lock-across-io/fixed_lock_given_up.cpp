// The table is changed under the lock, the reply is waited for without it.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex sessions;
int open_sessions = 0;

std::mutex network;
std::condition_variable arrived;
bool reply = false;

void request() {
  {
    std::lock_guard table(sessions);
    ++open_sessions;
  }
  std::unique_lock lock(network);
  arrived.wait(lock, [] { return reply; });
}

void receive() {
  {
    std::lock_guard table(sessions);
    assert(open_sessions <= 1);
  }
  std::lock_guard lock(network);
  reply = true;
  arrived.notify_one();
}

int main() {
  std::thread receiver(receive);
  request();
  receiver.join();
}
