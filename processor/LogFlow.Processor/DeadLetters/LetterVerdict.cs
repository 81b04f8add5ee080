using LogFlow.Kafka.Protocol;

namespace LogFlow.Processor;

/// <summary>What the queue's answer means for a dead letter.</summary>
internal enum LetterVerdict
{
    /// <summary>It is in the queue.</summary>
    Written,

    /// <summary>It may be taken later as it is.</summary>
    Repeat,

    /// <summary>It is never taken as it is: too large, or not valid for that topic.</summary>
    Cut,

    /// <summary>Nothing of it is taken before somebody changes the queue.</summary>
    Refused,
}

/// <summary>The table.</summary>
internal static class LetterVerdicts
{
    public static LetterVerdict Of(ErrorCode error) => error switch
    {
        ErrorCode.None => LetterVerdict.Written,
        ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidRecord
            or ErrorCode.InvalidTimestamp or ErrorCode.UnsupportedForMessageFormat => LetterVerdict.Cut,
        ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed
            or ErrorCode.SaslAuthenticationFailed or ErrorCode.UnsupportedSaslMechanism
            or ErrorCode.SecurityDisabled or ErrorCode.InvalidTopicException or ErrorCode.PolicyViolation
            or ErrorCode.InvalidConfig or ErrorCode.InvalidPartitions or ErrorCode.InvalidReplicationFactor
            or ErrorCode.UnsupportedVersion or ErrorCode.UnsupportedCompressionType
            or ErrorCode.InvalidRequest => LetterVerdict.Refused,
        _ => LetterVerdict.Repeat,
    };
}
