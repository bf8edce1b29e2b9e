// What the compiler makes of
//     Task greet() { int n = co_await read(); co_await write(n + 1); }
// is a class: the locals, where it stands, and resume.
#include <cassert>
#include <functional>
#include <queue>
#include <thread>

std::queue<std::function<void()>> loop;  // of one thread
int written = 0;

void read(std::function<void(int)> then) {
  loop.push([then] { then(41); });
}

void write(int value, std::function<void()> then) {
  loop.push([value, then] {
    written = value;
    then();
  });
}

class Greet {
 public:
  bool done() const { return state_ == State::kDone; }
  void resume() {
    switch (state_) {
      case State::kStart:
        state_ = State::kRead;
        return read([this](int value) {
          n_ = value;
          resume();
        });
      case State::kRead:
        state_ = State::kWritten;
        return write(n_ + 1, [this] { resume(); });
      case State::kWritten:
        state_ = State::kDone;
        return;
      case State::kDone:
        assert(false && "resumed after the end");
    }
  }

 private:
  enum class State { kStart, kRead, kWritten, kDone };
  State state_ = State::kStart;
  int n_ = 0;  // a local variable that lives across an await
};

int main() {
  std::thread server([] {
    Greet greet;
    greet.resume();
    while (!loop.empty()) {
      auto next = loop.front();
      loop.pop();
      next();
    }
    assert(greet.done());
  });
  server.join();
  assert(written == 42);
}
