using System.Globalization;
using LogFlow.Testing;
using Microsoft.Playwright;

namespace LogFlow.WebConsole.Tests;

/// <summary>
/// <c>logflow up</c> is killed while a browser looks at it, and started again: both pages say so and go on, no line is
/// shown twice, and what is not shown is counted.
/// </summary>
[Collection(BrowserCollection.Name)]
public sealed class KilledInLiveTests(BrowserFixture browser) : IDisposable
{
    private const int LineCount = 3000;

    private readonly TempDirectory _folder = new();

    private string LogFile => _folder.File("app.log");

    public void Dispose() => _folder.Dispose();

    [RequiresFact(Requirement.Chromium)]
    public async Task Killed_PagesSayAndResume_EachLineIsShownOnceOrCounted()
    {
        File.WriteAllText(LogFile, "");
        var port = FreePort.Next();
        var up = await StartAsync(port);
        await using var live = await browser.OpenAsync($"http://127.0.0.1:{port}/live");
        await using var logs = await browser.OpenAsync($"http://127.0.0.1:{port}/?t=all");
        await live.SeesAsync(".livebar", " 0 arrived");

        Append(0, 1000);
        await live.SeesAsync(".livebar .num", "00 shown");
        await up.KillAsync();
        await up.DisposeAsync();
        Append(1000, 2000);
        await logs.Page.Keyboard.PressAsync("r");
        await live.SeesAsync(".livebar", "does not answer");
        await logs.SeesAsync("#banner", "is it still running");

        await using var again = await StartAsync(port);
        Append(2000, LineCount);
        await Assertions.Expect(live.Page.Locator(".livebar")).ToHaveAttributeAsync(
            "data-total", $"{LineCount}",
            new LocatorAssertionsToHaveAttributeOptions { Timeout = 3 * BrowserFixture.Patience });
        await AssertEachOnceAsync(live.Page);

        await logs.Page.Keyboard.PressAsync("r");
        await logs.HitsAreAsync($"{LineCount.ToString("N0", CultureInfo.InvariantCulture)} lines");
        await Assertions.Expect(logs.Page.Locator("#banner")).ToBeHiddenAsync(
            new LocatorAssertionsToBeHiddenOptions { Timeout = BrowserFixture.Patience });
        Assert.Empty(live.Problems(ignoresAnswers: true));
        Assert.Empty(logs.Problems(ignoresAnswers: true));
    }

    /// <summary>The strip counts all lines, and each line in the list stands there once, in order.</summary>
    private static async Task AssertEachOnceAsync(IPage page)
    {
        var (counted, skipped) = await LivePageTests.CountsAsync(page);
        Assert.Equal(LineCount, counted + skipped);

        // Only rows in sight are elements, so the list is walked through.
        var shown = await page.EvaluateAsync<string[]>("""
            async () => {
              const list = document.querySelector(".scroll"), rows = new Map();
              for (let top = 0; top <= list.scrollHeight; top += 300) {
                list.scrollTop = top;
                for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
                for (const row of list.querySelectorAll(".item")) {
                  rows.set(row.dataset.index, row.querySelector(".message, .gap")?.textContent ?? "");
                }
              }
              return [...rows.values()];
            }
            """);
        int[] lines = [.. shown.Where(static row => row.StartsWith("line ", StringComparison.Ordinal))
            .Select(static row => int.Parse(row.AsSpan(5), CultureInfo.InvariantCulture))];
        Assert.Equal(counted, lines.Length);
        Assert.Equal(lines.Order().Distinct(), lines);
        Assert.Contains(shown, static row => row.Contains("did not answer for", StringComparison.Ordinal));
        Assert.Equal(skipped > 0, shown.Any(static row => row.Contains(" skipped ", StringComparison.Ordinal)));
    }

    private async Task<ChildProcess> StartAsync(int port)
    {
        var data = _folder.File("data");
        var up = UpProcess.Start(data, LogFile, null, "-E", $"console.port={port}");
        using var api = await UpProcess.ReadyAsync(up, data);
        return up;
    }

    /// <summary>Some lines at a time, so that the kill and the page's questions fall among them.</summary>
    private void Append(int first, int end)
    {
        for (var next = first; next < end; next += 50)
        {
            File.AppendAllLines(LogFile, Enumerable.Range(next, 50).Select(static line => $"line {line}"));
        }
    }
}
