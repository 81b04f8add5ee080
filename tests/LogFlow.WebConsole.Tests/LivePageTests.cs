using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LogFlow.Testing;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace LogFlow.WebConsole.Tests;

/// <summary>Live in a browser: what is skipped is counted, what is paused waits, an outage hides nothing.</summary>
[Collection(BrowserCollection.Name)]
public class LivePageTests(BrowserFixture browser, ITestOutputHelper output)
{
    [RequiresFact(Requirement.Chromium)]
    public async Task Lines_AsTheyArrive_AreAllShownOnceInOrder()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(3));
        await using var page = await browser.OpenAsync(run.Url + "/live");
        await page.SeesAsync(".tr.gap", "the last lines before");
        for (var batch = 0; batch < 5; batch++)
        {
            await run.AddAsync(Enumerable.Range(batch * 20, 20).Select(index => Some.Line(0, $"live {index}.")));
            await page.SeesAsync(".livebar", $"{(batch + 1) * 20} shown, 0 skipped");
        }

        var shown = await page.Page.Locator(".grid .item .message").AllTextContentsAsync();
        var live = shown.Where(static text => text.StartsWith("live", StringComparison.Ordinal)).ToArray();
        Assert.Equal("live 99.", live[^1]);
        Assert.Equal(live, live.OrderBy(static text => int.Parse(
            text.AsSpan(5, text.Length - 6), CultureInfo.InvariantCulture)).Distinct());
        Assert.Empty(page.Problems());
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task MoreThanCanBeShown_ShownAndSkippedAreWhatWasSent()
    {
        await using var run = await ConsoleRun.StartAsync();
        await using var page = await browser.OpenAsync(run.Url + "/live");
        await page.SeesAsync(".livebar", " 0 arrived");
        const int Sent = 20_000;
        for (var batch = 0; batch < 10; batch++)
        {
            await run.AddAsync(Enumerable.Range(0, Sent / 10).Select(static index => Some.Line(0, $"many {index}")));
        }

        await Assertions.Expect(page.Page.Locator(".livebar")).ToHaveAttributeAsync(
            "data-total", Sent.ToString(CultureInfo.InvariantCulture),
            new LocatorAssertionsToHaveAttributeOptions { Timeout = BrowserFixture.Patience });
        var numbers = await CountsAsync(page.Page);
        Assert.Equal(Sent, numbers.Shown + numbers.Skipped);
        Assert.True(numbers.Skipped > 0, $"{numbers}");

        // Only what is in sight is an element: the row that says so stands above the last hundred.
        await page.Page.HoverAsync(".scroll");
        await Eventually.TrueAsync(
            async () =>
            {
                await page.Page.Mouse.WheelAsync(0, -400);
                return await page.Page.Locator(".tr.gap:has-text('skipped')").CountAsync() > 0;
            },
            "the row of what was skipped");
        Assert.True(await page.Page.EvaluateAsync<int>("document.querySelectorAll('*').length") < 3000);
        Assert.Empty(page.Problems());
    }

    /// <summary>
    /// For as many seconds as LOGFLOW_LIVE_SECONDS says (usually 5). What it prints is measured, not asserted: the
    /// longest task of the page and what its heap grew by.
    /// </summary>
    [RequiresFact(Requirement.Chromium)]
    public async Task FiveThousandASecond_ShownAndSkippedAreWhatWasSent()
    {
        const int Part = 500;
        var seconds = int.Parse(
            Environment.GetEnvironmentVariable("LOGFLOW_LIVE_SECONDS") ?? "5", CultureInfo.InvariantCulture);
        await using var run = await ConsoleRun.StartAsync();
        await using var page = await browser.OpenAsync(run.Url + "/live");
        await page.SeesAsync(".livebar", " 0 arrived");
        await page.Page.EvaluateAsync("""
            window.longest = 0;
            new PerformanceObserver((list) => {
              for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
            }).observe({ type: "longtask" });
            """);
        var sent = 0;
        var (heapAtFirst, elementsMax) = (0d, 0);
        using var tenth = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed.TotalSeconds < seconds && await tenth.WaitForNextTickAsync())
        {
            await run.AddAsync(Enumerable.Range(sent, Part).Select(static index => Some.Line(0, $"many {index}")));
            sent += Part;
            if (sent % (10 * Part) == 0)
            {
                elementsMax = Math.Max(
                    elementsMax, await page.Page.EvaluateAsync<int>("document.querySelectorAll('*').length"));
            }

            // The ring of rows is full by then.
            if (heapAtFirst == 0 && sent >= 10_000)
            {
                heapAtFirst = await HeapAsync(page.Page);
            }
        }

        var rate = sent / watch.Elapsed.TotalSeconds;
        await Assertions.Expect(page.Page.Locator(".livebar")).ToHaveAttributeAsync(
            "data-total", sent.ToString(CultureInfo.InvariantCulture),
            new LocatorAssertionsToHaveAttributeOptions { Timeout = BrowserFixture.Patience });
        var numbers = await CountsAsync(page.Page);
        Assert.Equal(sent, numbers.Shown + numbers.Skipped);
        Assert.InRange(elementsMax, 1, 3000);
        Assert.Empty(page.Problems());
        var grown = (await HeapAsync(page.Page) - heapAtFirst) / (1 << 20);
        output.WriteLine($"{sent:N0} lines in {watch.Elapsed.TotalSeconds:0} s, {rate:N0} a second: "
            + $"{numbers.Shown:N0} shown, {numbers.Skipped:N0} skipped; longest task "
            + $"{await page.Page.EvaluateAsync<double>("window.longest"):0} ms, heap grown by {grown:0.0} MiB");
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task Paused_CountsWhatIsNew_AndResumeShowsIt()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(40));
        await using var page = await browser.OpenAsync(run.Url + "/live");
        await page.SeesAsync(".tr.gap", "the last lines before");
        await page.Page.Keyboard.PressAsync("p");
        await run.AddAsync(Enumerable.Range(0, 250).Select(static index => Some.Line(0, $"later {index}.")));
        await page.SeesAsync(".livebar.paused", "250 new");
        Assert.Equal(0, await page.Page.Locator(".message:has-text('later')").CountAsync());
        await page.Page.Keyboard.PressAsync("G");
        await page.SeesAsync(".livebar:not(.paused)", "250 shown, 0 skipped");
        await page.SeesAsync(".grid .item:last-child .message", "later 249.");
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task ScrollingUp_Pauses_AndTheEndResumes()
    {
        await using var run = await ConsoleRun.StartAsync();
        await using var page = await browser.OpenAsync(run.Url + "/live");
        await page.SeesAsync(".livebar", " 0 arrived");
        await run.AddAsync(Enumerable.Range(0, 90).Select(static index => Some.Line(0, $"first {index}.")));
        await page.SeesAsync(".livebar", "90 shown");
        await page.Page.HoverAsync(".scroll");
        await page.Page.Mouse.WheelAsync(0, -400);
        await page.SeesAsync(".livebar.paused", "Paused: scrolled up");
        await run.AddAsync([Some.Line(0, "while above")]);
        await page.SeesAsync(".livebar.paused", "1 new");
        await page.Page.Mouse.WheelAsync(0, 4000);
        await page.SeesAsync(".grid .item:last-child .message", "while above");
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task OpenLine_PausesAndShowsItsFields()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(5));
        await using var page = await browser.OpenAsync(run.Url + "/live");
        await page.Rows.First.ClickAsync();
        await page.SeesAsync(".kv", "log.level");
        await page.SeesAsync(".livebar.paused", "a line is open");
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Page.Locator(".detail")).ToHaveCountAsync(0);
        Assert.Empty(page.Problems());
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task OtherQuery_StartsAtOnceAndFilters()
    {
        await using var run = await ConsoleRun.StartAsync();
        await using var page = await browser.OpenAsync(run.Url + "/live");
        await page.SeesAsync(".livebar", " 0 arrived");
        await page.QueryAsync("log.level:ERROR");
        await Assertions.Expect(page.Page).ToHaveURLAsync(new Regex("q=log.level"));
        await run.AddAsync([Some.Line(0, "calm"), Some.Line(0, "broken", "ERROR")]);
        await page.SeesAsync(".grid .item .message", "broken");
        await page.SeesAsync(".livebar", "1 arrived");
        await page.QueryAsync("(log.level");
        await page.SeesAsync(".problem", "column");
        await page.QueryAsync("calm");
        await run.AddAsync([Some.Line(0, "calm again")]);
        await page.SeesAsync(".grid .item:last-child .message", "calm again");
        Assert.Empty(page.Problems(ignoresAnswers: true));
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task ServerGoneAndBack_SaysSo_ResumesOnceWithoutAHole()
    {
        await using var run = await ConsoleRun.StartAsync();
        await using var page = await browser.OpenAsync(run.Url + "/live");
        await page.SeesAsync(".livebar", " 0 arrived");
        await run.AddAsync(Enumerable.Range(0, 10).Select(static index => Some.Line(0, $"before {index}.")));
        await page.SeesAsync(".livebar", "10 shown");
        await run.StopStoreAsync();
        await page.SeesAsync(".livebar", "does not answer");
        await page.SeesAsync("#banner", "does not answer");
        await run.RestartStoreAsync();
        await run.AddAsync(Enumerable.Range(0, 300).Select(static index => Some.Line(0, $"after {index}.")));
        await page.SeesAsync(".livebar", "310 arrived");
        await page.SeesAsync(".livebar", "310 shown, 0 skipped");
        await page.Page.Keyboard.PressAsync("g");
        await page.SeesAsync(".tr.gap", "did not answer for");
        await Assertions.Expect(page.Page.Locator("#banner")).ToBeHiddenAsync(
            new LocatorAssertionsToBeHiddenOptions { Timeout = BrowserFixture.Patience });
        Assert.Empty(page.Problems(ignoresAnswers: true));
    }

    [Fact]
    public async Task StoreThatNumbersAnew_CountsEachLineOnce()
    {
        // What a killed store lost of its memory comes again, and has other numbers.
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Enumerable.Range(0, 50).Select(static index => Some.Line(9, $"old {index}")));
        var first = await run.AskAsync("/api/live", new JsonObject());
        Assert.Equal(0, first["total"]!.GetValue<long>());
        Assert.Equal(-50, first["cursor"]!["settled"]!.GetValue<long>());
        Assert.Equal(-1, first["cursor"]!["base"]!.GetValue<long>());
        await run.AddAsync([Some.Line(0, "new")]);
        var next = await run.AskAsync("/api/live", new JsonObject { ["cursor"] = first["cursor"]!.DeepClone() });
        Assert.Equal(1, next["total"]!.GetValue<long>());
    }

    [Fact]
    public async Task Base_MovesAlong_AndTheCountStays()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Enumerable.Range(0, 30).Select(static index => Some.Line(9, $"old {index}")));
        var first = await run.AskAsync("/api/live", new JsonObject());
        await run.AddAsync(Enumerable.Range(0, 7).Select(static index => Some.Line(0, $"new {index}")));
        var cursor = first["cursor"]!.DeepClone();
        cursor["marked"] = cursor["marked"]!.GetValue<long>() - 61_000;
        var next = await run.AskAsync("/api/live", new JsonObject { ["cursor"] = cursor });
        Assert.Equal(29, next["cursor"]!["base"]!.GetValue<long>());
        Assert.Equal(0, next["cursor"]!["settled"]!.GetValue<long>());
        Assert.Equal(7, next["total"]!.GetValue<long>());
        Assert.Equal(7, next["rows"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("{\"cursor\":1}")]
    [InlineData("{\"cursor\":{\"field\":\"host.name\",\"base\":1,\"settled\":0,\"mark\":1,\"marked\":1}}")]
    public async Task ForeignCursor_IsRefused(string body)
    {
        await using var run = await ConsoleRun.StartAsync();
        var answer = await run.AskAsync(
            "/api/live", JsonNode.Parse(body)!.AsObject(), System.Net.HttpStatusCode.BadRequest);
        Assert.Contains("[cursor]", answer["message"]!.ToString());
    }

    /// <summary>What the strip says of the lines that arrived.</summary>
    internal static async Task<(int Shown, int Skipped)> CountsAsync(IPage page)
    {
        var text = await page.Locator(".livebar .num").TextContentAsync();
        var numbers = Regex.Matches(text!, @"([\d,]+) (shown|skipped)").Select(static match => int.Parse(
            match.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture)).ToArray();
        return (numbers[0], numbers[1]);
    }

    /// <summary>Bytes of the page's heap, after a collection.</summary>
    private static async Task<double> HeapAsync(IPage page)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("HeapProfiler.collectGarbage");
        var usage = await session.SendAsync("Runtime.getHeapUsage");
        await session.DetachAsync();
        return usage!.Value.GetProperty("usedSize").GetDouble();
    }
}
