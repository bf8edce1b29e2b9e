// The reply may come any time; the client waits for a while and sends the request again.
#include <atomic>
#include <cassert>
#include <chrono>
#include <future>
#include <thread>

std::atomic<int> charged{0};

void server(std::promise<void>& reply) {
  ++charged;
  reply.set_value();
}

int main() {
  std::promise<void> first_reply, second_reply;
  auto reply = first_reply.get_future();
  std::thread attempt(server, std::ref(first_reply)), again;
  if (reply.wait_for(std::chrono::seconds(1)) == std::future_status::timeout) {
    again = std::thread(server, std::ref(second_reply));
  }
  attempt.join();
  if (again.joinable()) again.join();
  assert(charged == 1 && "charged once");
}
