using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using LogFlow.Testing;
using Microsoft.Playwright;

namespace LogFlow.WebConsole.Tests;

/// <summary>Dead letters: in a browser, and what a foreign page gets.</summary>
[Collection(BrowserCollection.Name)]
public class DeadLettersTests(BrowserFixture browser)
{
    private const string Choice = """
        {"topic":"logs","plugin":"grok","reason":"no match","until":"2026-01-02T03:05:00Z","dryRun":false}
        """;

    [RequiresFact(Requirement.Chromium)]
    public async Task Letters_ShownWithReason_PutBackTwice_ArriveOnce_ThenDeleted()
    {
        var letters = Letters();
        await using var run = await ConsoleRun.StartAsync(new FakePipeline { DeadLetters = 4 }, letters);
        await using var page = await browser.OpenAsync(run.Url + "/dead");
        await page.SeesAsync(".letter >> nth=0", "no match");
        await page.SeesAsync("#dead", "4");

        // By keys alone: to the group, open it, to the letter, open it.
        await page.Page.Keyboard.PressAsync("j");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.SeesAsync(".letter.one", "<b>first</b>");
        await page.Page.ClickAsync(".letter.one summary >> nth=0");
        await page.SeesAsync(".letter.one pre", "\"topic\": \"logs.dlq\"");
        for (var turn = 0; turn < 2; turn++)
        {
            await page.Page.ClickAsync(".letter:not(.one) > .acts button:has-text('Put all 3 back') >> nth=0");
            await page.SeesAsync("dialog", "2 records would go back into logs");
            await page.SeesAsync("dialog", "a record batch cannot be put back");
            await page.Page.Keyboard.PressAsync("Enter");
            await page.SeesAsync("dialog", "2 records put back, 1 not");
            await page.Page.ClickAsync("dialog form button");
            await Assertions.Expect(page.Page.Locator("dialog")).ToHaveCountAsync(0);
            await page.Page.ClickAsync(".letter:not(.one) > summary >> nth=0");
        }

        Assert.Equal(2, letters.Arrived.Count);
        await page.Page.ClickAsync(".letter:not(.one) > .acts button:has-text('Delete all 3') >> nth=0");
        await page.SeesAsync("dialog", "3 letters go, for good; 1 of logs stay");
        Assert.Equal(2, letters.ChangeCount);
        await page.Page.ClickAsync("dialog button.danger");
        await page.SeesAsync("dialog", "3 deleted, 1 kept");
        await page.Page.ClickAsync("dialog form button");
        await Assertions.Expect(page.Page.Locator(".letter:not(.one)")).ToHaveCountAsync(1);
        Assert.Empty(page.Problems());
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task Delete_ClosedWithoutConfirming_DeletesNothing()
    {
        var letters = Letters();
        await using var run = await ConsoleRun.StartAsync(letters: letters);
        await using var page = await browser.OpenAsync(run.Url + "/dead");
        await page.Page.ClickAsync(".letter > summary >> nth=0");
        await page.Page.ClickAsync(".letter:not(.one) > .acts button:has-text('Delete all 3') >> nth=0");
        await page.SeesAsync("dialog", "3 letters go");
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Page.Locator("dialog")).ToHaveCountAsync(0);
        Assert.Equal(0, letters.ChangeCount);
    }

    [RequiresFact(Requirement.Chromium)]
    public async Task NoneAndTrouble_AreSaid()
    {
        var letters = new FakeLetters();
        await using var run = await ConsoleRun.StartAsync(letters: letters);
        await using var page = await browser.OpenAsync(run.Url + "/dead");
        await page.SeesAsync(".empty h2", "No dead letters");
        letters.Trouble = "the queue does not answer";
        await page.Page.Keyboard.PressAsync("r");
        await page.SeesAsync(".problem", "the queue does not answer");
        await using var alone = await ConsoleRun.StartAsync();
        await page.Page.GotoAsync(alone.Url + "/dead");
        await page.SeesAsync(".page", "kept by the queue of 'logflow up'");
        Assert.Empty(page.Problems(ignoresAnswers: true));
    }

    [RequiresTheory(Requirement.Chromium)]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task OpenLetterAndDialog_HaveNoViolation_AndFitANarrowScreen(ColorScheme scheme)
    {
        await using var run = await ConsoleRun.StartAsync(new FakePipeline { DeadLetters = 4 }, Letters());
        await using var page = await browser.OpenAsync(run.Url + "/dead", scheme, bypassesPolicy: true);
        await page.Page.ClickAsync(".letter > summary >> nth=0");
        await page.Page.ClickAsync(".letter.one > summary >> nth=0");
        await page.SeesAsync(".letter.one pre", "logs.dlq");
        await AccessibilityTests.AssertNoneAsync(page);
        await page.Page.SetViewportSizeAsync(320, 700);
        Assert.True(await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 320);
        await page.Page.ClickAsync(".letter:not(.one) > .acts button:has-text('Delete all 3') >> nth=0");
        await page.SeesAsync("dialog", "3 letters go");
        await AccessibilityTests.AssertNoneAsync(page);
    }

    [Theory]
    [InlineData(null, null, HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "none", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.OK)]
    [InlineData("Origin", "self", HttpStatusCode.OK)]
    public async Task Change_OfAnyOtherPage_IsRefused(string? header, string? value, HttpStatusCode expected)
    {
        var letters = Letters();
        await using var run = await ConsoleRun.StartAsync(letters: letters);
        foreach (var kind in (string[])["replay", "purge"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{run.Url}/api/dead/{kind}")
            {
                Content = new StringContent(Choice, Encoding.UTF8, "application/json"),
            };
            if (header is not null)
            {
                request.Headers.Add(header, value == "self" ? run.Url : value);
            }

            using var response = await run.Http.SendAsync(request);
            Assert.Equal(expected, response.StatusCode);
        }

        Assert.Equal(expected == HttpStatusCode.OK ? 2 : 0, letters.ChangeCount);
    }

    [Theory]
    [InlineData("""{"dryRun":true}""", "[topic]")]
    [InlineData("""{"topic":"logs"}""", "[dryRun]")]
    [InlineData("""{"topic":"logs","dryRun":"no"}""", "[dryRun]")]
    [InlineData("""{"topic":"logs","dryRun":false,"until":"noon"}""", "[until]")]
    public async Task Change_ThatSaysNotWhatIsMeant_IsRefused(string body, string expected)
    {
        var letters = Letters();
        await using var run = await ConsoleRun.StartAsync(letters: letters);
        run.Http.DefaultRequestHeaders.Add("Origin", run.Url);
        var answer = await run.AskAsync(
            "/api/dead/purge", JsonNode.Parse(body)!.AsObject(), HttpStatusCode.BadRequest);
        Assert.Contains(expected, answer["message"]!.ToString());
        Assert.Equal(0, letters.ChangeCount);
    }

    private static FakeLetters Letters()
    {
        var letters = new FakeLetters();
        letters.Add("grok", "no match", 1, "<b>first</b> value");
        letters.Add("grok", "no match", 2, "second value");
        letters.Add("grok", "no match", 3, "raw batch", canReturn: false);
        letters.Add("store", "413 too large", 9, "large value");
        return letters;
    }
}
