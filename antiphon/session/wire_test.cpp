#include <map>

#include <agent_session.pb.h>
#include <agent_simulation.pb.h>
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>

#include "antiphon/base/text.hpp"

/// What peers of others rely on: names, numbers and kinds of fields, written down once more by hand.
namespace antiphon::session {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

/// A field is NAME=NUMBER:KIND; `*` repeats, `?` tells whether it is there. Kinds are the wire's own, or the message's or enumeration's name.
const std::map<std::string, std::string> messages{
    {"AgentSessionMessage",
     "audio_input=1:AudioFrame audio_output=2:AudioFrame event=3:AgentSessionEvent request=4:SessionRequest response=5:SessionResponse "
     "audio_playback_flush=6:AudioPlaybackFlush audio_playback_clear=7:AudioPlaybackClear audio_playback_finished=8:AudioPlaybackFinished"},
    {"AgentSessionMessage.ConsoleIO.AudioFrame", "data=1:bytes sample_rate=2:uint32 num_channels=3:uint32 samples_per_channel=4:uint32"},
    {"SessionRequest",
     "request_id=1:string ping=2:Ping get_chat_history=4:GetChatHistory run_input=5:RunInput get_agent_info=6:GetAgentInfo "
     "get_session_state=7:GetSessionState get_rtc_stats=8:GetRTCStats get_session_usage=9:GetSessionUsage get_framework_info=10:GetFrameworkInfo "
     "update_io=11:UpdateIO finalize_simulation=12:FinalizeSimulation"},
    {"SessionRequest.RunInput", "text=1:string"},
    {"SessionRequest.UpdateIO", "input=1?:Input output=2?:Output"},
    {"SessionRequest.UpdateIO.Input", "audio_enabled=1?:bool video_enabled=2?:bool"},
    {"SessionRequest.UpdateIO.Output", "audio_enabled=1?:bool video_enabled=2?:bool transcription_enabled=3?:bool"},
    {"SessionRequest.FinalizeSimulation", "provisional_success=1:bool provisional_reason=2:string"},
    {"SessionResponse",
     "request_id=1:string error=2?:string pong=3:Pong get_chat_history=5:GetChatHistoryResponse run_input=6:RunInputResponse "
     "get_agent_info=7:GetAgentInfoResponse get_session_state=8:GetSessionStateResponse get_rtc_stats=9:GetRTCStatsResponse "
     "get_session_usage=10:GetSessionUsageResponse get_framework_info=11:GetFrameworkInfoResponse update_io=12:UpdateIOResponse "
     "finalize_simulation=13:FinalizeSimulationResponse"},
    {"SessionResponse.GetChatHistoryResponse", "items=1*:ChatItem"},
    {"SessionResponse.RunInputResponse", "items=1*:ChatItem"},
    {"SessionResponse.GetAgentInfoResponse", "id=1:string instructions=2?:string tools=3*:string chat_ctx=4*:ChatItem"},
    {"SessionResponse.GetSessionStateResponse",
     "agent_state=1:AgentState user_state=2:UserState agent_id=3:string options=4*:OptionsEntry created_at=5:Timestamp"},
    {"SessionResponse.GetRTCStatsResponse", "publisher_stats=1*:Struct subscriber_stats=2*:Struct"},
    {"SessionResponse.GetSessionUsageResponse", "usage=1:AgentSessionUsage created_at=2:Timestamp"},
    {"SessionResponse.GetFrameworkInfoResponse", "sdk=1:string sdk_version=2:string"},
    {"SessionResponse.FinalizeSimulationResponse", "user_verdict=1:SimulationVerdict"},
    {"SessionResponse.FinalizeSimulationResponse.SimulationVerdict", "success=1:bool reason=2:string"},
    {"ChatContext", "items=1*:ChatItem"},
    {"ChatContext.ChatItem",
     "message=1:ChatMessage function_call=2:FunctionCall function_call_output=3:FunctionCallOutput agent_handoff=4:AgentHandoff "
     "agent_config_update=5:AgentConfigUpdate"},
    {"ChatMessage",
     "id=1:string role=2:ChatRole content=3*:ChatContent interrupted=4:bool transcript_confidence=5?:double extra=6*:ExtraEntry metrics=7:MetricsReport "
     "created_at=8:Timestamp"},
    {"ChatMessage.ChatContent", "text=1:string"},
    {"FunctionCall", "id=1:string call_id=2:string arguments=3:string name=4:string created_at=5:Timestamp"},
    {"FunctionCallOutput", "id=1:string name=2:string call_id=3:string output=4:string is_error=5:bool created_at=6:Timestamp"},
    {"AgentHandoff", "id=1:string old_agent_id=2?:string new_agent_id=3:string created_at=4:Timestamp"},
    {"AgentConfigUpdate", "id=1:string instructions=2?:string tools_added=3*:string tools_removed=4*:string created_at=5:Timestamp"},
    {"MetricsReport",
     "started_speaking_at=1:Timestamp stopped_speaking_at=2:Timestamp transcription_delay=3?:double end_of_turn_delay=4?:double "
     "on_user_turn_completed_delay=5?:double llm_node_ttft=6?:double tts_node_ttfb=7?:double e2e_latency=8?:double llm_node_tps=9?:double "
     "llm_node_ttfs=10?:double"},
    {"AgentSessionUsage", "model_usage=1*:ModelUsage"},
    {"ModelUsage", "llm=1:LLMModelUsage tts=2:TTSModelUsage stt=3:STTModelUsage interruption=4:InterruptionModelUsage eot=5:EotModelUsage"},
    {"LLMModelUsage",
     "provider=1:string model=2:string input_tokens=3:int32 input_cached_tokens=4:int32 input_audio_tokens=5:int32 input_cached_audio_tokens=6:int32 "
     "input_text_tokens=7:int32 input_cached_text_tokens=8:int32 input_image_tokens=9:int32 input_cached_image_tokens=10:int32 output_tokens=11:int32 "
     "output_audio_tokens=12:int32 output_text_tokens=13:int32 session_duration=14:double"},
    {"TTSModelUsage", "provider=1:string model=2:string input_tokens=3:int32 output_tokens=4:int32 characters_count=5:int32 audio_duration=6:double"},
    {"STTModelUsage", "provider=1:string model=2:string input_tokens=3:int32 output_tokens=4:int32 audio_duration=5:double"},
    {"InterruptionModelUsage", "provider=1:string model=2:string total_requests=3:int32"},
    {"EotModelUsage", "provider=1:string model=2:string total_requests=3:int32"},
    {"AgentSessionEvent",
     "created_at=1:Timestamp agent_state_changed=10:AgentStateChanged user_state_changed=11:UserStateChanged conversation_item_added=12:ConversationItemAdded "
     "user_input_transcribed=13:UserInputTranscribed function_tools_executed=14:FunctionToolsExecuted error=15:Error overlapping_speech=16:OverlappingSpeech "
     "session_usage_updated=17:SessionUsageUpdated amd_prediction=18:AmdPrediction eot_prediction=19:EotPrediction "
     "function_tools_started=20:FunctionToolsStarted "
     "debug_message=21:DebugMessage tool_execution_updated=22:ToolExecutionUpdated agent_false_interruption=23:AgentFalseInterruption"},
    {"AgentSessionEvent.AgentStateChanged", "old_state=1:AgentState new_state=2:AgentState"},
    {"AgentSessionEvent.UserStateChanged", "old_state=1:UserState new_state=2:UserState"},
    {"AgentSessionEvent.ConversationItemAdded", "item=1:ChatItem"},
    {"AgentSessionEvent.UserInputTranscribed", "transcript=1:string is_final=2:bool language=3?:string"},
    {"AgentSessionEvent.FunctionToolsStarted", "function_calls=1*:FunctionCall"},
    {"AgentSessionEvent.FunctionToolsExecuted", "function_calls=1*:FunctionCall function_call_outputs=2*:FunctionCallOutput"},
    {"AgentSessionEvent.Error", "message=1:string"},
    {"AgentSessionEvent.OverlappingSpeech", "is_interruption=1:bool overlap_started_at=2?:Timestamp detection_delay=3:double detected_at=4:Timestamp"},
    {"AgentSessionEvent.AgentFalseInterruption", "resumed=1:bool"},
    {"AgentSessionEvent.ToolExecutionUpdated", "started=1:Started call_updated=2:CallUpdated reply_updated=3:ReplyUpdated ended=4:Ended"},
    {"AgentSessionEvent.ToolExecutionUpdated.Ended", "id=1:string call_id=2:string message=3?:string status=4:ToolCallStatus"},
    {"Scenario", "label=1:string instructions=2:string agent_expectations=3:string tags=4*:TagsEntry userdata=5:string"},
    {"SimulationDispatch", "simulation_run_id=1:string job_id=2:string scenario=3:Scenario mode=4:SimulationMode"},
};

const std::map<std::string, std::string> enumerations{
    {"ChatRole", "DEVELOPER=0 SYSTEM=1 USER=2 ASSISTANT=3"},
    {"AgentState", "AS_INITIALIZING=0 AS_IDLE=1 AS_LISTENING=2 AS_THINKING=3 AS_SPEAKING=4"},
    {"UserState", "US_SPEAKING=0 US_LISTENING=1 US_AWAY=2"},
    {"ToolCallStatus", "TC_RUNNING=0 TC_DONE=1 TC_ERROR=2 TC_CANCELLED=3"},
    {"ToolReplyStatus", "TR_SCHEDULED=0 TR_COMPLETED=1 TR_INTERRUPTED=2 TR_SKIPPED=3"},
    {"SimulationMode", "SIMULATION_MODE_UNSPECIFIED=0 SIMULATION_MODE_TEXT=1 SIMULATION_MODE_AUDIO=2"},
};

std::string kind_of(const FieldDescriptor& field) {
  if (const auto* message = field.message_type()) return message->name();
  if (const auto* enumeration = field.enum_type()) return enumeration->name();
  return field.type_name();
}

std::string fields_of(const Descriptor& message) {
  std::map<int, std::string> fields;
  for (int i = 0; i < message.field_count(); ++i) {
    const auto& field = *message.field(i);
    const std::string mark = field.is_repeated() ? "*" : field.has_optional_keyword() ? "?" : "";
    fields[field.number()] = field.name() + "=" + std::to_string(field.number()) + mark + ":" + kind_of(field);
  }
  std::vector<std::string> words;
  for (const auto& [number, word] : fields) words.push_back(word);
  return join(words, " ");
}

TEST(SessionSchema, FieldsHaveTheNumbersThatPeersKnow_SES1) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  static_cast<void>(wire::AgentSessionMessage::descriptor());
  static_cast<void>(wire::SimulationDispatch::descriptor());
  for (const auto& [name, fields] : messages) {
    const auto* message = pool->FindMessageTypeByName("antiphon.session.wire." + name);
    ASSERT_TRUE(message) << name;
    EXPECT_EQ(fields_of(*message), fields) << name;
  }
}

TEST(SessionSchema, EnumerationsHaveTheNumbersThatPeersKnow_SES1) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  for (const auto& [name, values] : enumerations) {
    const auto* enumeration = pool->FindEnumTypeByName("antiphon.session.wire." + name);
    ASSERT_TRUE(enumeration) << name;
    std::vector<std::string> words;
    for (int i = 0; i < enumeration->value_count(); ++i) words.push_back(enumeration->value(i)->name() + "=" + std::to_string(enumeration->value(i)->number()));
    EXPECT_EQ(join(words, " "), values) << name;
  }
}

TEST(SessionSchema, ATextIsTheseBytes_SES1) {
  wire::AgentSessionMessage message;
  message.mutable_request()->set_request_id("r");
  message.mutable_request()->mutable_run_input()->set_text("hi");
  EXPECT_EQ(message.SerializeAsString(), std::string("\x22\x09\x0a\x01r\x2a\x04\x0a\x02hi", 11));
}

}  // namespace
}  // namespace antiphon::session
