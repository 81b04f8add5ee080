using System.Globalization;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>What the tools have to say, in the words of people.</summary>
internal static class Words
{
    /// <summary>Why something was refused: the broker's own words where it has some.</summary>
    public static string Reason(ErrorCode error, string? message = null) => error switch
    {
        _ when message is { Length: > 0 } => message,
        ErrorCode.UnknownTopicOrPartition => "it does not exist",
        ErrorCode.TopicAlreadyExists => "it exists already",
        ErrorCode.InvalidTopicException => "not a valid name: letters, digits, '.', '_' and '-', at most 249",
        ErrorCode.InvalidPartitions => "not a valid number of partitions (they can only become more)",
        ErrorCode.InvalidReplicationFactor => "there are not that many brokers",
        ErrorCode.GroupIdNotFound => "it does not exist",
        ErrorCode.NonEmptyGroup => "it has active members",
        ErrorCode.ResourceNotFound => "it does not exist",
        ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed
            or ErrorCode.ClusterAuthorizationFailed => "no ACL allows it (kafka-acls --list shows them)",
        ErrorCode.UnknownMemberId => "the group has active members",
        ErrorCode.RequestTimedOut => "not acknowledged in time",
        ErrorCode.MessageTooLarge => "larger than the broker takes",
        _ => error.ToString(),
    };

    /// <summary>A count and what is counted: <c>1 topic</c>, <c>2 topics</c>.</summary>
    public static string Count(long count, string noun) => $"{Number(count)} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>A number as it can be pasted elsewhere.</summary>
    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A number, or the sign for none.</summary>
    public static string Number(long? value) => value is { } known ? Number(known) : TextTable.Nothing;
}
