// expect: fail kind=assertion pattern=sleep-polling object=line
// The second speaker sleeps to come second.
#include <cassert>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>

std::mutex mutex;
std::string line;

void say(const char* words) {
  std::lock_guard lock(mutex);
  line += words;
}

int main() {
  std::thread first([] { say("knock, knock; "); });
  std::thread second([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    say("who is there?");
  });
  first.join();
  second.join();
  assert(line == "knock, knock; who is there?");
}
