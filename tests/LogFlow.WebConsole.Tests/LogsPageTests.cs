using LogFlow.Testing;
using Microsoft.Playwright;

namespace LogFlow.WebConsole.Tests;

/// <summary>The page of logs, as a user sees it in a browser.</summary>
[Collection(BrowserCollection.Name)]
public class LogsPageTests(BrowserFixture browser)
{
    /// <summary>To count all that has a word may take seconds; the newest lines need not wait for it.</summary>
    [RequiresFact(Requirement.Chromium)]
    public async Task CountThatTakesLong_HoldsUpNoRows()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(700));
        await using var page = await browser.OpenAsync("about:blank");
        var counted = new TaskCompletionSource();
        await page.Page.RouteAsync("**/api/search", async route =>
        {
            if (route.Request.PostData!.Contains("\"totals\"", StringComparison.Ordinal))
            {
                await counted.Task;
            }

            await route.ContinueAsync();
        });
        await page.Page.GotoAsync(run.Url + "/?t=all");
        await Assertions.Expect(page.Rows.First).ToBeVisibleAsync();
        await page.HitsAreAsync("…");
        await page.Page.EvaluateAsync("document.querySelector('.scroll').scrollTop = 1e6");
        await page.SeesAsync(".foot", "newest 600 of");
        counted.SetResult();
        await page.HitsAreAsync("700 lines");
        await page.SeesAsync(".foot", "newest 600 of 700");
        await Assertions.Expect(page.Page.Locator(".hist svg rect").First).ToBeAttachedAsync();
        Assert.Empty(page.Problems());
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task FirstOpen_ShowsTheNewestLinesWithoutAnyComplaint()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(300));
        await using var page = await browser.OpenAsync(run.Url);
        await page.HitsAreAsync("300 lines");
        await page.SeesAsync(".grid .item .message", "line 0 of a test");
        await page.Page.WaitForSelectorAsync(".hist rect.bar");
        await page.Page.WaitForSelectorAsync(".side .field");
        Assert.True(await page.Rows.CountAsync() < 120);
        Assert.Empty(page.Problems());
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task EmptyStore_TellsHowToFeedIt()
    {
        await using var run = await ConsoleRun.StartAsync();
        await using var page = await browser.OpenAsync(run.Url);
        await page.SeesAsync(".empty h2", "No logs yet");
        await page.SeesAsync(".empty pre", "logflow up");
        Assert.Empty(page.Problems());
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task OldLinesOnly_OneClickGoesThere()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync([Some.LineAt(new DateTimeOffset(2015, 5, 20, 21, 5, 0, TimeSpan.Zero), "from long ago")]);
        await using var page = await browser.OpenAsync(run.Url);
        await page.SeesAsync(".empty", "2015-05-20 21:05");
        await page.Page.ClickAsync("text=Go there");
        await page.SeesAsync(".grid .item .message", "from long ago");
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task Query_FieldsRangesPhrases_FindWhatTheyName()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(100));
        await using var page = await browser.OpenAsync(run.Url);
        await page.HitsAreAsync("100 lines");
        foreach (var (query, hits) in ((string, string)[])
            [("\"line 7 of\"", "1 line"), ("http.response.status_code:>=500", "10 lines"),
                ("log.level:ERROR AND NOT host.name:web-0", "16 lines"), ("event.dataset:ngin*", "50 lines"),
                ("log.level:(WARN OR ERROR)", "33 lines")])
        {
            await page.QueryAsync(query);
            await page.HitsAreAsync(hits);
        }

        Assert.Empty(page.Problems());
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task BrokenQuery_ShowsWhereAndKeepsTheLines()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(20));
        await using var page = await browser.OpenAsync(run.Url);
        await page.HitsAreAsync("20 lines");
        await page.QueryAsync("line AND (");
        await page.SeesAsync(".problem", "^");
        await page.HitsAreAsync("20 lines");
        Assert.True(await page.Rows.CountAsync() > 10);
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task WrongField_IsNamedWithTheNearestOne()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(20));
        await using var page = await browser.OpenAsync(run.Url);
        await page.HitsAreAsync("20 lines");
        await page.QueryAsync("http.response.statuscode:500");
        await page.SeesAsync(".empty", "no such field");
        await page.Page.ClickAsync(".empty a:has-text('http.response.status_code')");
        await page.HitsAreAsync("2 lines");
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task Completion_FieldAndValueByKeyboardAlone()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(60));
        await using var page = await browser.OpenAsync(run.Url);
        await page.HitsAreAsync("60 lines");
        await page.Page.WaitForSelectorAsync(".side .field");
        await page.Page.Keyboard.PressAsync("/");
        await page.Page.Keyboard.TypeAsync("host.na");
        await page.SeesAsync(".complete li", "host.name");
        await page.Page.Keyboard.PressAsync("Tab");
        await page.SeesAsync(".complete li", "web-");
        await page.Page.Keyboard.TypeAsync("web-2");
        await Assertions.Expect(page.Page.Locator(".complete li")).ToHaveCountAsync(
            1, new LocatorAssertionsToHaveCountOptions { Timeout = BrowserFixture.Patience });
        await page.Page.Keyboard.PressAsync("Tab");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.HitsAreAsync("20 lines");
        Assert.Equal("host.name:web-2", await page.Page.InputValueAsync("#q"));
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task Bars_DragZooms_BackComesBack()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(600));
        await using var page = await browser.OpenAsync(run.Url);
        await page.HitsAreAsync("600 lines");
        await page.Page.WaitForSelectorAsync(".hist rect.bar");
        var box = (await page.Page.Locator(".hist svg").BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(box.X + (box.Width * 0.6f), box.Y + 30);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(box.X + (box.Width * 0.8f), box.Y + 30, new MouseMoveOptions { Steps = 4 });
        await page.Page.Mouse.UpAsync();
        await Assertions.Expect(page.Hits).Not.ToHaveTextAsync("600 lines");
        Assert.Contains("t=20", page.Page.Url);
        await page.Page.GoBackAsync();
        await page.HitsAreAsync("600 lines");
        Assert.Empty(page.Problems());
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task Fields_TopValues_IncludeAndExclude()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(60));
        await using var page = await browser.OpenAsync(run.Url);
        await page.Page.ClickAsync(".side .field[title^='host.name ']");
        await page.SeesAsync(".side .value", "web-");
        await page.Page.ClickAsync("a[aria-label='Only host.name web-1']");
        await page.HitsAreAsync("20 lines");
        await page.SeesAsync(".pill", "host.name:web-1");
        await page.Page.ClickAsync(".pill a[aria-label^='Invert']");
        await page.HitsAreAsync("40 lines");
        await page.Page.ClickAsync(".pill a[aria-label^='Switch off']");
        await page.HitsAreAsync("60 lines");
        await page.Page.ReloadAsync();
        await page.SeesAsync(".pill.off", "host.name:web-1");
        await page.Page.ClickAsync(".pill a[aria-label^='Take away']");
        await Assertions.Expect(page.Page.Locator(".pill")).ToHaveCountAsync(0);
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task Row_OpensShowsFieldsAndJson_EscapeReturnsFocus()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(40));
        await using var page = await browser.OpenAsync(run.Url);
        await page.HitsAreAsync("40 lines");
        await page.Page.Keyboard.PressAsync("j");
        await page.Page.Keyboard.PressAsync("j");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.SeesAsync(".kv", "http.response.status_code");
        await page.Page.ClickAsync(".detail [role=tab]:has-text('JSON')");
        await page.SeesAsync("pre.json", "\"status_code\": 200");
        await page.Page.ClickAsync(".detail [aria-label='Next line']");
        await page.SeesAsync("pre.json", "line 2 of a test");
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Page.Locator(".detail")).ToHaveCountAsync(0);
        var focused = await page.Page.EvaluateAsync<string>("document.activeElement.textContent");
        Assert.Contains("line 2 of a test", focused);
        Assert.Empty(page.Problems());
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task Address_RestoresQueryRowAndTime_AndShareIsAbsolute()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(500));
        await using var page = await browser.OpenAsync(run.Url + "/?q=log.level:ERROR");
        await page.HitsAreAsync("83 lines");
        await page.Rows.Nth(3).ClickAsync();
        await page.SeesAsync(".kv", "log.level");
        var opened = await page.Page.Locator(".tr[aria-expanded=true] .message").TextContentAsync();
        await page.Page.ClickAsync("text=Share");
        var shared = await page.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
        Assert.Matches("t=20[^&]+Z/20[^&]+Z", shared);
        await using var other = await browser.OpenAsync(shared);
        await other.HitsAreAsync("83 lines");
        await other.SeesAsync(".tr[aria-expanded=true] .message", opened!);
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task LinkToALineOutsideOfTheFirstPage_OpensIt()
    {
        await using var run = await ConsoleRun.StartAsync();
        var lines = Some.Lines(800).ToList();
        lines[700]["_id"] = "the-line";
        await run.AddAsync(lines);
        await using var page = await browser.OpenAsync(run.Url + "/?r=the-line");
        await page.SeesAsync(".tr[aria-expanded=true] .message", "line 700 of a test");
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task FutureLines_AreCountedApart()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(5));
        await run.AddAsync([Some.Line(-86_400 * 11, "from the future")]);
        await using var page = await browser.OpenAsync(run.Url);
        await page.HitsAreAsync("5 lines");
        await page.SeesAsync(".foot", "1 line is dated in the future");
        await page.Page.ClickAsync(".foot a");
        await page.SeesAsync(".grid .item .message", "from the future");
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task Scrolling_LoadsEveryLineOnce()
    {
        await using var run = await ConsoleRun.StartAsync();

        // All of one millisecond and twice in two indices: the cursor must neither skip nor repeat.
        var time = DateTimeOffset.UtcNow.AddMinutes(-1);
        await run.AddAsync(Enumerable.Range(0, 700).Select(index => Some.LineAt(time, $"same {index}.")));
        await run.AddAsync(Enumerable.Range(700, 700).Select(index => Some.LineAt(time, $"same {index}.")), "logs-b-c");
        await using var page = await browser.OpenAsync(run.Url);
        await page.HitsAreAsync("1,400 lines");
        await page.Page.Keyboard.PressAsync("j");
        await Eventually.TrueAsync(
            async () =>
            {
                await page.Page.Keyboard.PressAsync("G");
                return (await page.Page.Locator(".foot").TextContentAsync())!.Contains("newest 1,400 of 1,400");
            },
            "all lines are loaded");
        Assert.True(await page.Page.EvaluateAsync<int>("document.querySelectorAll('*').length") < 3000);
        Assert.Empty(page.Problems());
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task HostileText_StaysTextAndIsShown()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync([
            Some.Line(1, "<script>window.hit=1</script><img src=x onerror=\"window.hit=1\">"),
            Some.Line(2, "\u001b[31mred\u001b[0m \u202eturned\u2066 \u0007bell"),
            Some.Line(3, new string('x', 5_000_000))]);
        await using var page = await browser.OpenAsync(run.Url);
        await page.HitsAreAsync("3 lines");
        await page.SeesAsync(".grid .item:nth-child(1) .message", "<script>window.hit=1</script>");
        await page.SeesAsync(".grid .item:nth-child(2) .esc", "\\u202e");
        await page.SeesAsync(".grid .item:nth-child(2) .ansi31", "red");
        await page.Rows.Nth(2).ClickAsync();
        await page.SeesAsync(".kv", "show all of it");
        Assert.True(await page.Page.EvaluateAsync<bool>("window.hit === undefined"));
        Assert.Empty(page.Problems());
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task ServerGone_BannerSaysSoAndLinesStay_ThenItGoesOn()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(20));
        await using var page = await browser.OpenAsync(run.Url);
        await page.HitsAreAsync("20 lines");
        await run.StopStoreAsync();
        await page.Page.Keyboard.PressAsync("r");
        await page.SeesAsync("#banner", "does not answer");
        Assert.True(await page.Rows.CountAsync() > 10);
        await run.RestartStoreAsync();
        await Assertions.Expect(page.Page.Locator("#banner")).ToBeHiddenAsync(
            new LocatorAssertionsToBeHiddenOptions { Timeout = BrowserFixture.Patience });
        Assert.Empty(page.Problems(ignoresAnswers: true));
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task LowerCaseOperators_GetTheMeantQueryOneClickAway()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(60));
        await using var page = await browser.OpenAsync(run.Url);
        await page.HitsAreAsync("60 lines");
        await page.QueryAsync("http.response.status_code >= 500 and host.name:web-0");
        await page.Page.ClickAsync(".hint button");
        await page.HitsAreAsync("2 lines");
        Assert.Equal(
            "http.response.status_code:>=500 AND host.name:web-0", await page.Page.InputValueAsync("#q"));
    }
}
