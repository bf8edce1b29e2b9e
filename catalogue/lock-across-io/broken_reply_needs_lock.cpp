// request holds the lock until the reply is there; the receiver needs the lock to take the reply in.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex sessions;  // guards the table of sessions
int open_sessions = 0;

std::mutex network;
std::condition_variable arrived;
bool reply = false;

void request() {
  std::lock_guard table(sessions);
  ++open_sessions;
  std::unique_lock lock(network);
  arrived.wait(lock, [] { return reply; });  // the I/O
}

void receive() {
  std::lock_guard table(sessions);  // which session is it for?
  std::lock_guard lock(network);
  reply = true;
  arrived.notify_one();
}

int main() {
  std::thread receiver(receive);
  request();
  receiver.join();
}
