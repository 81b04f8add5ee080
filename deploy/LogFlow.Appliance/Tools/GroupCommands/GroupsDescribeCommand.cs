using System.CommandLine;
using System.Text.Json.Nodes;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary><c>logflow groups describe</c>: state, members, and for each partition offset, lag and reader.</summary>
internal static class GroupsDescribeCommand
{
    private const string DeadState = "Dead";

    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions options)
    {
        var names = GroupsCommand.ExistingNames(options, "Groups to describe");
        var command = new Command("describe", "State, members, and for each partition offset, lag and member")
        {
            names,
        };
        command.SetAction((parsed, cancellationToken) => ToolSession.AnswerAsync(
            parsed,
            options,
            (session, stop) => RunAsync(session, parsed.GetValue(names)!, stop),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ToolSession session, string[] names, CancellationToken cancellationToken)
    {
        var exitCode = 0;
        foreach (var name in names.Distinct())
        {
            var group = await session.Admin.DescribeGroupAsync(name, cancellationToken);
            if (group.State == DeadState)
            {
                session.Note($"group '{name}': {Words.Reason(ErrorCode.GroupIdNotFound)}");
                exitCode = 1;
                continue;
            }

            var partitions = await GroupPartition.FindAsync(session, group, cancellationToken);
            if (session.IsJson)
            {
                JsonLine.Write(session.Output, ToJson(group, partitions));
            }
            else
            {
                Print(session.Output, group, partitions);
            }
        }

        return exitCode;
    }

    private static void Print(TextWriter output, GroupDescription group, IReadOnlyList<GroupPartition> partitions)
    {
        var assignor = group.Assignor.Length > 0 ? $", assignor {group.Assignor}" : "";
        var members = Words.Count(group.Members.Count, "member");
        var lag = $"lag {Words.Number(LagOf(partitions))}";
        output.WriteLine(TerminalText.Clean(
            $"{group.GroupId}  {group.State}, type {group.Type}{assignor}, {members}, {lag}"));
        var table = new TextTable("TOPIC", "PARTITION", "CURRENT", "END", "LAG", "MEMBER", "HOST");
        foreach (var partition in partitions)
        {
            table.Add(
                partition.Partition.Topic,
                Words.Number(partition.Partition.Partition),
                Words.Number(partition.Current),
                Words.Number(partition.End),
                Words.Number(partition.Lag),
                partition.Member is { } member ? NameOf(member) : TextTable.Nothing,
                partition.Member is { } reader ? HostOf(reader) : TextTable.Nothing);
        }

        const string none = TextTable.Nothing;
        foreach (var member in group.Members.Where(static member => member.Assignment.Count == 0))
        {
            table.Add(none, none, none, none, none, NameOf(member), HostOf(member));
        }

        if (partitions.Count > 0 || group.Members.Count > 0)
        {
            table.Write(output, indentation: "  ");
        }
    }

    private static JsonObject ToJson(GroupDescription group, IReadOnlyList<GroupPartition> partitions) => new()
    {
        ["group"] = group.GroupId,
        ["state"] = group.State,
        ["type"] = group.Type,
        ["assignor"] = group.Assignor,
        ["lag"] = LagOf(partitions),
        ["members"] = new JsonArray([.. group.Members.Select(static member => new JsonObject
        {
            ["member"] = member.MemberId,
            ["instance"] = member.GroupInstanceId,
            ["client"] = member.ClientId,
            ["host"] = member.ClientHost,
        })]),
        ["partitions"] = new JsonArray([.. partitions.Select(static partition => new JsonObject
        {
            ["topic"] = partition.Partition.Topic,
            ["partition"] = partition.Partition.Partition,
            ["current"] = partition.Current,
            ["end"] = partition.End,
            ["lag"] = partition.Lag,
            ["member"] = partition.Member?.MemberId,
        })]),
    };

    /// <summary>Of the partitions whose lag is known; null where there is none.</summary>
    private static long? LagOf(IReadOnlyList<GroupPartition> partitions) =>
        partitions.Any(static partition => partition.Lag is not null)
            ? partitions.Sum(static partition => partition.Lag ?? 0)
            : null;

    /// <summary>Brokers in Java print addresses behind a slash.</summary>
    private static string HostOf(GroupMemberDescription member) => member.ClientHost.TrimStart('/');

    /// <summary>Members of classic groups are named after their client; those of others have a bare UUID.</summary>
    private static string NameOf(GroupMemberDescription member) =>
        member.MemberId.StartsWith(member.ClientId, StringComparison.Ordinal)
            ? member.MemberId
            : $"{member.ClientId}/{member.MemberId}";
}
