using System.Net;
using System.Text.Json.Nodes;
using LogFlow.Testing;
using Microsoft.Playwright;

namespace LogFlow.WebConsole.Tests;

/// <summary>Trying a line: the page, the tab of a row, a dead letter, and what the server refuses.</summary>
[Collection(BrowserCollection.Name)]
public class TryPageTests(BrowserFixture browser)
{
    [RequiresFact(Requirement.Chromium)]
    public async Task LineThatDoesNotParse_SaysWhere_AndTheTextIsMendedBesideIt()
    {
        var trial = new FakeTrial();
        await using var run = await ConsoleRun.StartAsync(new FakePipeline(), trial: trial);
        await using var page = await browser.OpenAsync(run.Url + "/try");
        var line = page.Page.GetByLabel("Line or JSON document");
        var filters = page.Page.GetByLabel("Filters");
        await Assertions.Expect(filters).ToHaveValueAsync(FakeTrial.Text);

        // By keys alone: the line has the focus.
        await Assertions.Expect(line).ToBeFocusedAsync();
        await page.Page.Keyboard.TypeAsync("GET from <b>here</b>");
        await page.SeesAsync(".trace li.o-failed", "matched up to column 10, %{IP:ip} wants something else there");
        await page.SeesAsync(".trace pre.caret", "from <b>here</b>\n     ^");
        await page.SeesAsync(".trace li.o-false", "[level] = missing");
        await page.SeesAsync(".trace li.o-false", "skips 2 statements");
        await page.SeesAsync(".trace h2 >> nth=1", "Would go to store_1");
        Assert.Equal(0, await page.Page.Locator(".trace b").CountAsync());

        await filters.FillAsync(FakeTrial.Text.Replace("grok", "grokk", StringComparison.Ordinal));
        await page.SeesAsync(".mistakes", "there is no filter 'grokk': did you mean 'grok'?");
        await page.Page.ClickAsync(".mistakes button");
        Assert.Equal("grokk", await filters.EvaluateAsync<string>(
            "area => area.value.slice(area.selectionStart, area.selectionEnd)"));

        await filters.FillAsync(FakeTrial.Text.Replace("IP", "NOTSPACE", StringComparison.Ordinal));
        await page.SeesAsync(".trace li.o-changed", "+ ip");
        await page.SeesAsync(".trace li.o-changed", "~ [a][b] 1 → 2");
        await page.SeesAsync(".trace li.o-changed", "<i>x</i>");
        await page.SeesAsync(".trace li.o-changed", "tags + t − u");
        await Assertions.Expect(page.Page.Locator(".mistakes")).ToHaveCountAsync(0);

        await page.Page.ClickAsync("button:text('As they run')");
        await Assertions.Expect(filters).ToHaveValueAsync(FakeTrial.Text);
        await page.SeesAsync(".trace li.o-failed", "matched up to column 10");
        Assert.Empty(page.Problems());
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task Row_IsTriedInItsTab_AndTakenToThePage()
    {
        var trial = new FakeTrial();
        await using var run = await ConsoleRun.StartAsync(trial: trial);
        var document = Some.Line(1, "GET from here");
        document["tags"] = new JsonArray("mine", "_grokparsefailure");
        await run.AddAsync([document]);
        await using var page = await browser.OpenAsync(run.Url);
        await page.Rows.First.ClickAsync();
        await page.Page.ClickAsync(".detail [role=tab]:has-text('Try')");
        await page.SeesAsync(".detail .trace li.o-failed", "matched up to column 10");
        var sent = JsonNode.Parse(trial.Asked.Last().Input)!;
        Assert.Equal("GET from here", sent["message"]!.ToString());
        Assert.Equal("/var/log/app.log", sent["log"]!["file"]!["path"]!.ToString());
        Assert.Equal("""["mine"]""", sent["tags"]!.ToJsonString());
        // What filters wrote is not what the agent sent.
        Assert.Null(sent["http"]);
        Assert.Null(sent["event"]);

        await page.Page.ClickAsync("button:text('Change line or filters')");
        await page.SeesAsync("h1", "Try");
        await page.SeesAsync(".trace li.o-failed", "matched up to column 10");
        Assert.Contains("GET from here", await page.Page.GetByLabel("Line or JSON document").InputValueAsync());
        Assert.Empty(page.Problems());
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task DeadLetter_IsTakenToThePage()
    {
        var letters = new FakeLetters();
        letters.Add("grok", "no match", 1, "GET from <b>here</b>");
        await using var run = await ConsoleRun.StartAsync(letters: letters, trial: new FakeTrial());
        await using var page = await browser.OpenAsync(run.Url + "/dead");
        await page.Page.ClickAsync(".letter > summary >> nth=0");
        await page.Page.ClickAsync(".letter.one > summary >> nth=0");
        await page.Page.ClickAsync(".letter.one button:text-is('Try')");
        await page.SeesAsync(".trace li.o-failed", "matched up to column 10");
        Assert.Equal(
            "GET from <b>here</b>", await page.Page.GetByLabel("Line or JSON document").InputValueAsync());
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task ConsoleAlone_SaysThatNoPipelineRunsHere()
    {
        await using var run = await ConsoleRun.StartAsync();
        await using var page = await browser.OpenAsync(run.Url + "/try");
        await page.SeesAsync(".page", "no pipeline runs in this process");
        Assert.Empty(page.Problems(ignoresAnswers: true));
        var answer = await run.AskAsync("/api/try", new JsonObject { ["input"] = "x" }, HttpStatusCode.NotFound);
        Assert.Equal("alone", answer["code"]!.ToString());
    }

    [RequiresTheory(Requirement.Chromium)]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task PageAndTab_HaveNoViolation_AndFitANarrowScreen(ColorScheme scheme)
    {
        await using var run = await ConsoleRun.StartAsync(new FakePipeline(), trial: new FakeTrial());
        await run.AddAsync(Some.Lines(3));
        await using var page = await browser.OpenAsync(run.Url + "/try", scheme, bypassesPolicy: true);
        await page.Page.GetByLabel("Line or JSON document").FillAsync("GET from here");
        await page.SeesAsync(".trace li.o-failed", "matched up to column 10");
        await AccessibilityTests.AssertNoneAsync(page);
        await page.Page.GetByLabel("Filters").FillAsync(
            FakeTrial.Text.Replace("IP", "NOTSPACE", StringComparison.Ordinal));
        await page.SeesAsync(".trace li.o-changed", "+ ip");
        await AccessibilityTests.AssertNoneAsync(page);
        await page.Page.GetByLabel("Filters").FillAsync("grokk");
        await page.SeesAsync(".mistakes", "line 2, column 3");
        await AccessibilityTests.AssertNoneAsync(page);
        await page.Page.SetViewportSizeAsync(320, 700);
        Assert.True(await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 320);

        await page.Page.GotoAsync(run.Url);
        await page.Rows.First.ClickAsync();
        await page.Page.ClickAsync(".detail [role=tab]:has-text('Try')");
        await page.SeesAsync(".detail .trace li.o-failed", "matched up to column 10");
        await AccessibilityTests.AssertNoneAsync(page);
    }

    [Fact]
    public async Task Tries_RunOneAtATime_AndWhatIsTooLongIsRefused()
    {
        using var gate = new ManualResetEventSlim();
        var trial = new FakeTrial { Gate = gate };
        await using var run = await ConsoleRun.StartAsync(trial: trial);
        var answers = Enumerable.Range(0, 4)
            .Select(_ => run.AskAsync("/api/try", new JsonObject { ["input"] = "x" })).ToArray();

        // What was asked after them is answered: they have arrived, and would run if they were let.
        for (var later = 0; later < 20; later++)
        {
            await run.Http.GetStringAsync(new Uri(run.Url + "/api/try"));
        }

        gate.Set();
        await Task.WhenAll(answers);
        Assert.Equal((1, 4), (trial.MostAtOnce, trial.Asked.Count));

        var tooLong = await run.AskAsync("/api/try", new JsonObject { ["input"] = new string('x', 20_000) },
            HttpStatusCode.RequestEntityTooLarge);
        Assert.Contains("10,000", tooLong["message"]!.ToString());
        await run.AskAsync("/api/try", [], HttpStatusCode.BadRequest);
    }
}
