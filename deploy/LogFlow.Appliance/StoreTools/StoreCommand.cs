using System.CommandLine;
using System.Globalization;
using LogFlow.Hosting;
using LogFlow.Platform;
using LogFlow.Store;

namespace LogFlow.Appliance;

/// <summary>
/// <c>logflow store</c>: <c>check</c> reads all that a store has on its disk, <c>users</c> says who may log in.
/// </summary>
internal sealed class StoreCommand
{
    private readonly Argument<string> _folder = new("FOLDER")
    {
        Description = "The store's folder: 'store' in the data folder of 'up', or the path.data of a store",
    };

    private readonly Option<bool> _repair = new("--repair")
    {
        Description = "Mend what can be made again from what is whole (footers); the store must be stopped",
    };

    /// <summary>The command for the root.</summary>
    public static Command Create(ToolOptions tools)
    {
        var store = new StoreCommand();
        var check = new Command(
            "check", "Read every page of a store's segments and say what is damaged; exits with 1 where something is")
        {
            store._folder,
            store._repair,
        };
        check.SetAction((parsed, cancellation) => Task.FromResult(store.Check(parsed, cancellation)));
        return new Command("store", "Look after a store: its files and its users")
        {
            check, StoreUsersCommand.Create(tools),
        };
    }

    private int Check(ParseResult parsed, CancellationToken cancellation)
    {
        var folder = parsed.GetValue(_folder)!;
        StoreCheckResult result;
        try
        {
            result = StoreCheck.Run(folder, parsed.GetValue(_repair), cancellation);
        }
        catch (DirectoryLockedException error)
        {
            throw new StartupException($"{error.Message}; stop it to repair its files, or check without --repair");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(error.Message);
        }

        var output = parsed.InvocationConfiguration.Output;
        foreach (var problem in result.Problems)
        {
            output.WriteLine(Describe(problem));
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.SegmentCount} segment(s), {result.BlockCount} block(s), {result.DocumentCount} document(s), "
            + $"{result.Bytes} bytes read: {Verdict(result)}"));
        return result.Problems.Any(static problem => !problem.IsRepaired) ? 1 : 0;
    }

    private static string Describe(StoreProblem problem)
    {
        var lost = problem.DocumentCount switch
        {
            null => "; how many documents it held is not known",
            0 => "; no document is lost",
            { } count => string.Create(CultureInfo.InvariantCulture, $"; {count} document(s) cannot be read"),
        };
        var repaired = problem.IsRepaired ? "; repaired" : "";
        return TerminalText.Clean($"{problem.Path}: {problem.Place}: {problem.Reason}{lost}{repaired}");
    }

    private static string Verdict(StoreCheckResult result)
    {
        if (result.Problems.Count == 0)
        {
            return "all whole";
        }

        var left = result.Problems.Count(static problem => !problem.IsRepaired);
        return string.Create(
            CultureInfo.InvariantCulture, $"{left} problem(s), {result.Problems.Count - left} repaired");
    }
}
