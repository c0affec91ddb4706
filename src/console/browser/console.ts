/** The console. */
document.title = 'tweet-sentiment';

export {};
