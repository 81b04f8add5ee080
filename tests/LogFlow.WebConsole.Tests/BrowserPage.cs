using Microsoft.Playwright;

namespace LogFlow.WebConsole.Tests;

/// <summary>A page and all that its console complained about: errors, refused scripts, failed loads.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _problems = [];

    internal BrowserPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _problems.Add($"{message.Type}: {message.Text} ({message.Location})");
            }
        };
        page.PageError += (_, error) => _problems.Add(error);
    }

    public IPage Page { get; }

    /// <summary>What the browser's console has, without answers of an error status where a test makes them.</summary>
    public IReadOnlyList<string> Problems(bool ignoresAnswers = false) =>
        [.. _problems.Where(text => !ignoresAnswers
            || !text.Contains("Failed to load resource", StringComparison.Ordinal))];

    public ILocator Rows => Page.Locator(".grid .item .tr");

    public ILocator Hits => Page.Locator(".strip .hits");

    /// <summary>Waits until the count of hits says this.</summary>
    public Task HitsAreAsync(string text) => Assertions.Expect(Hits).ToHaveTextAsync(
        text, new LocatorAssertionsToHaveTextOptions { Timeout = BrowserFixture.Patience });

    public Task SeesAsync(string selector, string text) => Assertions.Expect(Page.Locator(selector).First)
        .ToContainTextAsync(text, new LocatorAssertionsToContainTextOptions { Timeout = BrowserFixture.Patience });

    /// <summary>Runs a query as a user does.</summary>
    public async Task QueryAsync(string query)
    {
        await Page.FillAsync("#q", query);
        await Page.Locator(".query button.primary").ClickAsync();
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
