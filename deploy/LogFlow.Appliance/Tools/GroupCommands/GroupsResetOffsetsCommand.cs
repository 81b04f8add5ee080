using System.CommandLine;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary><c>logflow groups reset-offsets</c>: sets where a group goes on.</summary>
internal sealed class GroupsResetOffsetsCommand
{
    private readonly Argument<string> _group = new("GROUP") { Description = "The group; it must have no members" };

    private readonly Option<string[]> _topics = new("--topic")
    {
        Description = "A topic, or partitions of it; repeatable",
        HelpName = "TOPIC[:P,P]",
    };

    private readonly Option<bool> _allTopics = new("--all-topics")
    {
        Description = "All partitions in which the group has committed",
    };

    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Only show what would be done; so it is, too, without --execute",
    };

    private readonly Option<bool> _execute = new("--execute") { Description = "Do it" };

    private readonly ResetTargetOptions _target = new(TimeProvider.System);

    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions options)
    {
        var reset = new GroupsResetOffsetsCommand();
        reset._group.CompletionSources.Add(context => BrokerNames.Groups(context, options));
        reset._topics.CompletionSources.Add(context => BrokerNames.Topics(context, options));
        var command = new Command("reset-offsets", "Set where a group goes on; a dry run unless --execute is given")
        {
            reset._group, reset._topics, reset._allTopics, reset._dryRun, reset._execute,
        };
        reset._target.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var work = reset.Read(parsed);
            return ToolSession.AnswerAsync(parsed, options, work.RunAsync, cancellationToken);
        });
        return command;
    }

    private OffsetReset Read(ParseResult parsed)
    {
        var choices = Array.ConvertAll(parsed.GetValue(_topics) ?? [], PartitionChoice.Parse);
        if (parsed.GetValue(_allTopics) == choices.Length > 0)
        {
            throw new StartupException("give either --topic or --all-topics", 2);
        }

        if (parsed.GetValue(_dryRun) && parsed.GetValue(_execute))
        {
            throw new StartupException("give either --dry-run or --execute", 2);
        }

        return new OffsetReset(
            parsed.GetValue(_group)!, choices, _target.Read(parsed), parsed.GetValue(_execute));
    }
}
