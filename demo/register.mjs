// tsx keeps its cache in the system's temporary folder, and the demo is to leave nothing outside its own
process.env.TSX_DISABLE_CACHE = '1';
await import('tsx');
