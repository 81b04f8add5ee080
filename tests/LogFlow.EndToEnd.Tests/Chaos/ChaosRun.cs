using System.Diagnostics;
using Xunit.Abstractions;

namespace LogFlow.EndToEnd.Tests;

/// <summary>
/// Kills, freezes and starts the processes of a stack in a random order that its seed repeats, while logs are written
/// and
/// rotated; then compares every line.
/// </summary>
internal sealed class ChaosRun(ChaosStack stack, Random random, ITestOutputHelper output)
{
    /// <summary>How long a frozen process is frozen: longer than a session time-out only in long runs.</summary>
    private readonly int _freezeSecondsMax = Seeds.Size("LOGFLOW_CHAOS_FREEZE", 4);
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Rounds: LOGFLOW_CHAOS_ROUNDS, or as long as LOGFLOW_CHAOS_MINUTES says.</summary>
    public async Task RunAsync()
    {
        var minutes = Seeds.Size("LOGFLOW_CHAOS_MINUTES", 0);
        var rounds = minutes > 0 ? int.MaxValue : Seeds.Size("LOGFLOW_CHAOS_ROUNDS", 5);
        for (var round = 0; round < rounds && (minutes == 0 || _clock.Elapsed.TotalMinutes < minutes); round++)
        {
            await Task.Delay(random.Next(200, 3000));
            await RoundAsync();
        }
    }

    private Task RoundAsync()
    {
        var first = Any();
        var second = Any();
        return random.Next(5) switch
        {
            0 => SayAsync($"kill {first}", () => KillAsync([first], 0)),
            1 => SayAsync(
                $"kill {first} and {second}", () => KillAsync(first == second ? [first] : [first, second], 0)),
            2 => SayAsync($"kill {first} twice", async () =>
            {
                await KillAsync([first], 0);
                await Task.Delay(random.Next(0, 1500));
                await KillAsync([first], 0);
            }),
            3 => SayAsync($"{first} is away", () => KillAsync([first], random.Next(1000, 5000))),
            _ => SayAsync(
                $"freeze {first}",
                () => stack.FreezeAsync(first, TimeSpan.FromSeconds(random.Next(1, _freezeSecondsMax + 1)))),
        };
    }

    private string Any() => stack.Victims[random.Next(stack.Victims.Count)];

    private Task SayAsync(string what, Func<Task> act)
    {
        output.WriteLine($"{_clock.Elapsed.TotalSeconds,6:0.0} s: {what}");
        return act();
    }

    private async Task KillAsync(string[] names, int awayMs)
    {
        foreach (var name in names)
        {
            await stack.KillAsync(name);
        }

        await Task.Delay(awayMs);
        foreach (var name in names)
        {
            await stack.StartAsync(name);
        }
    }
}
