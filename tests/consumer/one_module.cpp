#include <antiphon/chat/message.hpp>

#include <iostream>

int main() {
  const auto message = antiphon::Message::user("where is my parcel?");
  if (message.text() != "where is my parcel?") {
    std::cerr << "the text came back changed: " << message.text() << "\n";
    return 1;
  }
}
