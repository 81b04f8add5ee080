using System.CommandLine;
using System.Text.Json.Nodes;
using LogFlow.Processor;

namespace LogFlow.Appliance;

/// <summary><c>logflow dlq list</c>: the dead letters, gathered by who refused them and why; or each.</summary>
internal static class DlqListCommand
{
    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions options)
    {
        var filter = new DlqFilter();
        var each = new Option<bool>("--each") { Description = "A line for each letter (default: for each reason)" };
        var command = new Command("list", "What there is, gathered by stage, plugin and reason") { each };
        filter.AddTo(command);
        command.SetAction((parsed, cancellationToken) => ToolSession.StreamAsync(
            parsed,
            options,
            (session, stop) => RunAsync(
                session, filter.Topic(parsed), filter.Read(parsed), parsed.GetValue(each), stop),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolSession session, string? name, Func<StoredDeadLetter, bool> matches, bool isEach,
        CancellationToken cancellationToken)
    {
        var table = new TextTable("TOPIC", "PARTITION", "OFFSET", "GIVEN UP", "STAGE", "PLUGIN", "REASON");
        var groups = new DlqGroups();
        foreach (var topic in await DlqReader.FindTopicsAsync(session, name, cancellationToken))
        {
            await DlqReader.ReadAsync(
                session,
                topic,
                (_, _, letter) =>
                {
                    if (matches(letter) && isEach)
                    {
                        Add(session, table, letter);
                    }
                    else if (matches(letter))
                    {
                        groups.Add(letter);
                    }

                    return Task.FromResult(true);
                },
                cancellationToken);
        }

        Print(session, isEach ? table : Gather(session, groups));
        return 0;
    }

    private static void Add(ToolSession session, TextTable table, StoredDeadLetter letter)
    {
        if (session.IsJson)
        {
            JsonLine.Write(session.Output, new JsonObject
            {
                ["topic"] = letter.Topic,
                ["partition"] = letter.Partition,
                ["offset"] = letter.Offset,
                ["time"] = letter.Time,
                ["stage"] = letter.Stage,
                ["plugin"] = letter.Plugin,
                ["reason"] = letter.Reason,
                ["attempts"] = letter.Attempts,
                ["replays"] = letter.Replays,
            });
            return;
        }

        table.Add(
            letter.Topic, Words.Number(letter.Partition), Words.Number(letter.Offset), letter.Time, letter.Stage,
            letter.Plugin, letter.Reason);
    }

    private static TextTable Gather(ToolSession session, DlqGroups groups)
    {
        var table = new TextTable("TOPIC", "LETTERS", "FIRST", "LAST", "STAGE", "PLUGIN", "REASON");
        foreach (var (key, group) in groups.BySize)
        {
            if (session.IsJson)
            {
                JsonLine.Write(session.Output, new JsonObject
                {
                    ["topic"] = key.Topic,
                    ["letters"] = group.Count,
                    ["first"] = group.First,
                    ["last"] = group.Last,
                    ["stage"] = key.Stage,
                    ["plugin"] = key.Plugin,
                    ["reason"] = key.Reason,
                });
                continue;
            }

            table.Add(
                key.Topic, Words.Number(group.Count), group.First, group.Last, key.Stage, key.Plugin, key.Reason);
        }

        return table;
    }

    private static void Print(ToolSession session, TextTable table)
    {
        if (!session.IsJson)
        {
            table.Write(session.Output);
        }
    }
}
